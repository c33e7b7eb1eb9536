-- Remove one volume that no backend ever got (or, backwards, bring it back). One with a host is its owner's to delete.
-- :param id text
-- :param old_deleted int
-- :param new_deleted int
-- :param old_status text  may be NULL
-- :param new_status text  may be NULL
-- :writes volumes :rows 1
-- :row volume_get_deleted
UPDATE `volumes`
   SET `deleted` = @new_deleted
     , `status` = @new_status
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted
   AND BINARY `status` <=> BINARY @old_status
   AND host IS NULL;
