-- The settings read back (a proxy may swallow a SET), and what decides whether this server takes writes: read only, the binary
-- log's format, the limits of Galera and of group replication, what ends a long statement. A server lists those that it has.
-- :reads variables :rows many
SHOW SESSION VARIABLES
 WHERE Variable_name IN ('sql_mode', 'time_zone', 'autocommit', 'innodb_lock_wait_timeout', 'character_set_client', 'character_set_results',
       'character_set_connection', 'collation_connection', 'sql_select_limit', 'max_join_size', 'sql_big_selects', 'group_concat_max_len',
       'max_sort_length', 'sql_safe_updates', 'sql_auto_is_null', 'foreign_key_checks', 'unique_checks', 'completion_type', 'lock_wait_timeout',
       'read_only', 'super_read_only', 'innodb_read_only', 'log_bin', 'binlog_format', 'wsrep_on', 'wsrep_max_ws_rows', 'wsrep_max_ws_size',
       'wsrep_desync', 'wsrep_dirty_reads', 'wsrep_node_name', 'group_replication_group_name', 'group_replication_transaction_size_limit', 'max_statement_time',
       'max_execution_time', 'transaction_isolation', 'tx_isolation');
