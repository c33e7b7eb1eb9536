-- Remove one row that belongs to a removed volume (or, backwards, bring it back).
-- :param id int
-- :param old_deleted int
-- :param new_deleted int
-- :writes volume_admin_metadata :rows 1
-- :row volume_admin_metadata_get_deleted
UPDATE `volume_admin_metadata`
   SET `deleted` = @new_deleted
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted;
