-- One consistency group as it is now: who owns it.
-- :param id text
-- :reads consistencygroups :rows one
SELECT r.host
     , r.cluster_name
  FROM `consistencygroups` AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
