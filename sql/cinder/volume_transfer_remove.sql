-- Remove the offer of a removed volume to another project (or, backwards, bring it back).
-- :param id text
-- :param old_deleted int
-- :param new_deleted int
-- :writes transfers :rows 1
-- :row volume_transfer_get_deleted
UPDATE `transfers`
   SET `deleted` = @new_deleted
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted;
