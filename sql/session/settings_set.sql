-- What a session must be, whatever the server's defaults: errors instead of cut values, UTC, a short wait for rows, and texts in
-- UTF-8 also where the server ignores what its clients ask for (skip-character-set-client-handshake). And a mark: where it is read
-- back, the settings are these.
-- MariaDB's cache of subqueries knows no BINARY: to it 'Node1' and 'node1' are one host, and the answer for the first is the answer for
-- both. Only MariaDB reads that line; to MySQL it is a comment.
-- :session
SET SESSION autocommit = 1
  , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'
  , time_zone = '+00:00'
  , innodb_lock_wait_timeout = 10
  , character_set_client = utf8mb4
  , character_set_results = utf8mb4
  , collation_connection = utf8mb4_general_ci
  , @`evac_manage_session` = CONNECTION_ID()
  /*M!50300 , optimizer_switch = 'subquery_cache=off' */;
