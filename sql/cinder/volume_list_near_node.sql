-- Every volume of a node, whatever its backend and pool, and of nodes whose names begin as its name does up to a dot: who lists a
-- node's volumes tells the two apart, and the table (which has no index on host) is read once for both.
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
  FROM volumes AS v
 WHERE BINARY LEFT(v.host, CHAR_LENGTH(@start)) = BINARY @start
   AND (   BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(v.host, '#', 1), '@', 1) = BINARY @node   -- not LIKE: _ is a wildcard
        OR BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(v.host, '#', 1), '@', 1), '.', 1) = BINARY @start)
   AND v.deleted = 0
 ORDER BY v.host, v.id;
