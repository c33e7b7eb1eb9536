-- Give one backup the status that its interrupted work leaves it in, if it still has the one that the plan saw.
-- :param id text
-- :param old_status text
-- :param new_status text
-- :writes backups :rows 1
-- :row backup_get_status
UPDATE `backups`
   SET `status` = @new_status
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND BINARY `status` <=> BINARY @old_status
   AND deleted = 0;
