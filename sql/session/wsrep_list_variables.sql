-- Galera's limits and settings; no rows where there is no Galera.
-- :reads variables :rows many
SHOW GLOBAL VARIABLES
 WHERE Variable_name IN ('wsrep_on', 'wsrep_max_ws_rows', 'wsrep_max_ws_size', 'wsrep_desync', 'wsrep_dirty_reads', 'wsrep_node_name');
