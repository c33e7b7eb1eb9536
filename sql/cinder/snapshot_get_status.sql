-- What snapshot_set_status has written, read again by the row's id.
-- :param id text
-- :reads snapshots :rows one
SELECT t.`status`
  FROM `snapshots` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
