-- What service_remove has written, read again by the row's id.
-- :param id int
-- :reads services :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
     , t.`report_count`
  FROM `services` AS t
 WHERE t.id = @id
 ORDER BY t.id;
