-- Which of the columns that came after Queens the API tables have.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'instance_mappings' AND c.column_name = 'queued_for_delete')
     OR (c.table_name = 'instance_group_policy' AND c.column_name = 'rules'))
 ORDER BY c.table_name, c.column_name;
