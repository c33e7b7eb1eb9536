-- Remove one cluster row (or, backwards, bring it back). race_preventer is the row's id once it is removed: so is its name free again.
-- :param id int
-- :param old_deleted int
-- :param new_deleted int
-- :writes clusters :rows 1
-- :row cluster_get_deleted
UPDATE `clusters`
   SET `deleted` = @new_deleted
     , deleted_at = IF(@new_deleted = 1, UTC_TIMESTAMP(), NULL)
     , race_preventer = IF(@new_deleted = 1, id, 0)
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND COALESCE(`deleted`, 0) = @old_deleted;
