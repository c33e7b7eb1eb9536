-- Which of the columns that are read here neutron's tables have, and this account may read: an account with the privileges of before
-- may none.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'ports' AND c.column_name IN ('id', 'device_id', 'device_owner', 'status', 'admin_state_up', 'standard_attr_id'))
     OR (c.table_name = 'ml2_port_bindings' AND c.column_name IN ('port_id', 'host', 'vif_type', 'vnic_type', 'status'))
     OR (c.table_name = 'provisioningblocks' AND c.column_name IN ('standard_attr_id', 'entity'))
     OR (c.table_name = 'agents' AND c.column_name IN ('host', 'agent_type', 'binary', 'admin_state_up', 'heartbeat_timestamp')))
 ORDER BY c.table_name, c.column_name;
