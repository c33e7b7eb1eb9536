-- Remove a second row of usages for the same project and resource. race_preventer is NULL once it is removed: so may another come.
-- :param id int
-- :param old_deleted int
-- :param new_deleted int
-- :writes quota_usages :rows 1
-- :row quota_usage_get_deleted
UPDATE `quota_usages`
   SET `deleted` = @new_deleted
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
     , race_preventer = IF(@new_deleted = 1, NULL, race_preventer)
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted;
