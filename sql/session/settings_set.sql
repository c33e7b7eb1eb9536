-- What a session must be, whatever the server's defaults: errors instead of cut values, UTC, a short wait for locks. And a mark:
-- where it is read back, the settings are these.
-- :session
SET SESSION autocommit = 1
  , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'
  , time_zone = '+00:00'
  , innodb_lock_wait_timeout = 10
  , @`evac_manage_session` = CONNECTION_ID();
