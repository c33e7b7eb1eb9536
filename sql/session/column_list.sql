-- Every column that this account may see in this schema: what a release's tables have, asked from the tables.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
 ORDER BY c.table_name, c.column_name;
