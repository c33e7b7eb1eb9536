-- Disable (or, backwards, enable) one cinder service so that the scheduler leaves it alone when it comes back.
-- updated_at is the heartbeat and is not touched.
-- :param id                  int
-- :param old_disabled        int
-- :param new_disabled        int
-- :param old_disabled_reason text  may be NULL
-- :param new_disabled_reason text  may be NULL
-- :writes services :rows 1
-- :row service_get_disabled
UPDATE services
   SET disabled        = @new_disabled
     , disabled_reason = @new_disabled_reason
     , modified_at     = UTC_TIMESTAMP()
 WHERE id              = @id
   AND COALESCE(disabled, 0) = @old_disabled
   AND BINARY disabled_reason <=> BINARY @old_disabled_reason
   AND deleted         = 0;
