-- What volume_set_status has written, read again by the row's id.
-- :param id text
-- :reads volumes :rows one
SELECT t.`status`
  FROM `volumes` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
