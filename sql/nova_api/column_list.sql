-- Which of the columns that came after Queens the API tables have, and whether placement's tables are among them, as in Queens and
-- Rocky.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'instance_mappings' AND c.column_name IN ('queued_for_delete', 'user_id'))
     OR (c.table_name = 'instance_group_policy' AND c.column_name = 'rules')
     OR (c.table_name = 'resource_providers' AND c.column_name = 'root_provider_id')
     OR (c.table_name = 'inventories' AND c.column_name = 'total')
     OR (c.table_name = 'allocations' AND c.column_name = 'used'))
 ORDER BY c.table_name, c.column_name;
