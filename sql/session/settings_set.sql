-- What a session must be, whatever the server's defaults: errors instead of cut values, UTC, a short wait for rows, and texts in
-- UTF-8 also where the server ignores what its clients ask for (skip-character-set-client-handshake). And a mark: where it is read
-- back, the settings are these.
-- :session
SET SESSION autocommit = 1
  , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'
  , time_zone = '+00:00'
  , innodb_lock_wait_timeout = 10
  , character_set_client = utf8mb4
  , character_set_results = utf8mb4
  , collation_connection = utf8mb4_general_ci
  , @`evac_manage_session` = CONNECTION_ID();
