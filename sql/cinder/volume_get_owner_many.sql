-- Many volumes as they are now: who owns them.
-- :param ids list  in the client one
-- :reads volumes :rows many
SELECT r.id
     , r.host
     , r.service_uuid
     , r.cluster_name
  FROM volumes AS r FORCE INDEX (PRIMARY)
 WHERE r.id IN (@ids)
   AND r.deleted = 0
 ORDER BY r.id;
