-- What group_set_cluster has written, read again by the row's id.
-- :param id text
-- :reads groups :rows one
SELECT t.`cluster_name`
  FROM `groups` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
