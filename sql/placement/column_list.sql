-- Which of the tables of traits, sharing providers and aggregates may be read here: an account with the privileges of before may not.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'traits' AND c.column_name = 'name')
     OR (c.table_name = 'resource_provider_traits' AND c.column_name = 'trait_id')
     OR (c.table_name = 'resource_provider_aggregates' AND c.column_name = 'aggregate_id')
     OR (c.table_name = 'placement_aggregates' AND c.column_name = 'uuid'))
 ORDER BY c.table_name, c.column_name;
