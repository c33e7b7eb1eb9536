-- Close a migration that nobody works on, if it still is where the plan saw it. 'error' is outside the states that make a returning
-- host destroy its guests (nova compute/manager.py: _destroy_evacuated_instances).
-- :param id         int
-- :param old_status text
-- :param new_status text
-- :writes migrations :rows 1
-- :row migration_get_status
UPDATE migrations
   SET status        = @new_status
     , updated_at    = UTC_TIMESTAMP()
 WHERE id            = @id
   AND BINARY status = BINARY @old_status
   AND deleted       = 0;
