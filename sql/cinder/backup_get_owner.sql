-- One backup as it is now: who owns it.
-- :param id text
-- :reads backups :rows one
SELECT r.host
  FROM backups AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
