-- Galera's state; no rows where there is no Galera.
-- :reads status :rows many
SHOW GLOBAL STATUS
 WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_cluster_state_uuid');
