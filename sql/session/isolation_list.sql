-- The isolation of this session, by either of its names.
-- :reads variables :rows many
SHOW SESSION VARIABLES
 WHERE Variable_name IN ('tx_isolation', 'transaction_isolation');
