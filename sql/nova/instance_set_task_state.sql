-- Give an instance another task state, if it still has the old one and is still on that host. The host is not changed.
-- :param id             text  its uuid
-- :param old_host       text
-- :param old_task_state text  may be NULL
-- :param new_task_state text  may be NULL
-- :writes instances :rows 1
-- :row instance_get_task_state
UPDATE instances
   SET task_state   = @new_task_state
     , updated_at   = UTC_TIMESTAMP()
 WHERE uuid         = @id
   AND BINARY host  = BINARY @old_host
   AND task_state <=> @old_task_state
   AND deleted      = 0;
