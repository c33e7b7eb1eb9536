-- What volume_metadata_remove has written, read again by the row's id.
-- :param id int
-- :reads volume_metadata :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
  FROM `volume_metadata` AS t
 WHERE t.id = @id
 ORDER BY t.id;
