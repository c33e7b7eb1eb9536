-- Disable a nova service and force it down (or, backwards, give it back). last_seen_up is the heartbeat and is not touched.
-- :param id                  int
-- :param old_disabled        int
-- :param new_disabled        int
-- :param old_disabled_reason text  may be NULL
-- :param new_disabled_reason text  may be NULL
-- :param old_forced_down     int
-- :param new_forced_down     int
-- :writes services :rows 1
-- :row service_get_disabled
UPDATE services
   SET disabled        = @new_disabled
     , disabled_reason = @new_disabled_reason
     , forced_down     = @new_forced_down
     , updated_at      = UTC_TIMESTAMP()
 WHERE id              = @id
   AND COALESCE(disabled, 0) = @old_disabled
   AND BINARY disabled_reason <=> BINARY @old_disabled_reason
   AND COALESCE(forced_down, 0) = @old_forced_down
   AND deleted         = 0;
