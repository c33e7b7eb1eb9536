-- What volume_transfer_remove has written, read again by the row's id.
-- :param id text
-- :reads transfers :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
  FROM `transfers` AS t
 WHERE t.id = @id
 ORDER BY t.id;
