-- Remove one service row (or, backwards, bring it back), if it has not reported since the plan was made.
-- updated_at is the heartbeat and is not touched.
-- :param id int
-- :param old_deleted int
-- :param new_deleted int
-- :param old_report_count int
-- :writes services :rows 1
-- :row service_get_deleted
UPDATE `services`
   SET `deleted` = @new_deleted
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted
   AND `report_count` = @old_report_count;
