-- What backup_set_status has written, read again by the row's id.
-- :param id text
-- :reads backups :rows one
SELECT t.`status`
  FROM `backups` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
