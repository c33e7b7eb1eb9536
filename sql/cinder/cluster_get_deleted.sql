-- What cluster_remove has written, read again by the row's id.
-- :param id int
-- :reads clusters :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
  FROM `clusters` AS t
 WHERE t.id = @id
 ORDER BY t.id;
