-- Every volume of a node, whatever its backend and pool.
-- :param node text  the part of a host before @ and #
-- :reads volumes :rows many
SELECT v.id
     , v.display_name      AS name
     , v.project_id
     , v.status
     , v.attach_status
     , v.size              AS size_gb
     , v.host
     , v.cluster_name
     , v.service_uuid
  FROM volumes AS v
 WHERE v.host LIKE CONCAT(REPLACE(@node, '\\', '_'), '%')   -- the rest is looked at byte for byte: quicker in passing
   AND BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(v.host, '#', 1), '@', 1) = BINARY @node   -- not LIKE: _ is a wildcard
   AND v.deleted = 0
 ORDER BY v.host, v.id;
