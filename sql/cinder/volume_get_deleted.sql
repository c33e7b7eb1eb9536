-- What volume_remove has written, read again by the row's id.
-- :param id text
-- :reads volumes :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
     , t.`status`
  FROM `volumes` AS t
 WHERE t.id = @id
 ORDER BY t.id;
