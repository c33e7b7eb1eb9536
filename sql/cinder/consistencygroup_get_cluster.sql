-- What consistencygroup_set_cluster has written, read again by the row's id.
-- :param id text
-- :reads consistencygroups :rows one
SELECT t.`cluster_name`
  FROM `consistencygroups` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
