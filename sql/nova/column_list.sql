-- Which of the columns that came after Queens this cell's tables have: asked from the server, never from a release's name.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'migrations' AND c.column_name IN ('cross_cell_move', 'user_id', 'project_id', 'dest_compute_id'))
     OR (c.table_name = 'instances' AND c.column_name IN ('hidden', 'compute_id'))
     OR (c.table_name = 'share_mapping' AND c.column_name = 'instance_uuid'))
 ORDER BY c.table_name, c.column_name;
