-- The same as volume_list_near_node where they are few: the ids are found in a pass that reads nothing else, two thirds of the time, and each
-- costs one more look. A LIMIT that cuts nothing keeps the server from joining the two.
-- :param node text  the part of a host before @ and #
-- :param start text  what the names of both begin with: the node's name up to its first dot, or all of it
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
  FROM (SELECT n.id
          FROM volumes AS n
         WHERE n.host LIKE CONCAT(REPLACE(@start, '\\', '_'), '%')   -- the rest is looked at byte for byte: quicker in passing
           AND (   BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(n.host, '#', 1), '@', 1) = BINARY @node   -- not LIKE: _ is a wildcard
                OR BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(n.host, '#', 1), '@', 1), '.', 1) = BINARY @start)
           AND n.deleted = 0
         LIMIT 18446744073709551615) AS near
  STRAIGHT_JOIN volumes AS v ON v.id = near.id AND v.deleted = 0
 ORDER BY v.host, v.id;
