-- Many backups as they are now: who owns them.
-- :param ids list  in the client one
-- :reads backups :rows many
SELECT r.id
     , r.host
  FROM backups AS r FORCE INDEX (PRIMARY)
 WHERE r.id IN (@ids)
   AND r.deleted = 0
 ORDER BY r.id;
