-- One volume as it is now: who owns it.
-- :param id text
-- :reads volumes :rows one
SELECT r.host
     , r.service_uuid
     , r.cluster_name
  FROM volumes AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
