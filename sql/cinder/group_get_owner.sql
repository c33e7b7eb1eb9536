-- One group as it is now: who owns it.
-- :param id text
-- :reads groups :rows one
SELECT r.host
     , r.cluster_name
  FROM `groups` AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
