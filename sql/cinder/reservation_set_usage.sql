-- Count one reservation for another row of usages.
-- :param id int
-- :param old_usage_id int
-- :param new_usage_id int
-- :writes reservations :rows 1
-- :row reservation_get_usage
UPDATE `reservations`
   SET `usage_id` = @new_usage_id
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND `usage_id` = @old_usage_id
   AND deleted = 0;
