-- Claim one instance for an evacuation, if it still is as the plan saw it: what nova-api's evacuate does first.
-- :param uuid           text
-- :param host           text
-- :param vm_state       text
-- :param old_task_state text  may be NULL
-- :writes instances :rows 1
UPDATE instances
   SET task_state  = 'rebuilding'
     , updated_at  = UTC_TIMESTAMP()
 WHERE uuid        = @uuid
   AND BINARY host = BINARY @host
   AND vm_state    = @vm_state
   AND task_state <=> @old_task_state
   AND deleted     = 0;
