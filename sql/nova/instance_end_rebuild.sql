-- Give an instance that was claimed for an unsent evacuation its task state back.
-- :param uuid           text
-- :param host           text
-- :param old_task_state text  may be NULL
-- :writes instances :rows 1
UPDATE instances
   SET task_state  = @old_task_state
     , updated_at  = UTC_TIMESTAMP()
 WHERE uuid        = @uuid
   AND BINARY host = BINARY @host
   AND task_state  = 'rebuilding'
   AND deleted     = 0;
