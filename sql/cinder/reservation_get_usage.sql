-- What reservation_set_usage has written, read again by the row's id.
-- :param id int
-- :reads reservations :rows one
SELECT t.`usage_id`
  FROM `reservations` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
