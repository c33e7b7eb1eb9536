-- Which of the columns that the statements of this directory need, or that came with a release, are there.
-- :reads information_schema.columns :rows many
SELECT c.table_name  AS table_name
     , c.column_name AS column_name
  FROM information_schema.columns AS c
 WHERE c.table_schema = DATABASE()
   AND ((c.table_name = 'volumes' AND c.column_name IN ('id', 'host', 'service_uuid', 'cluster_name', 'migration_status', 'group_id', 'use_quota', 'deleted', 'updated_at'))
     OR (c.table_name = 'services' AND c.column_name IN ('uuid', 'cluster_name', 'frozen', 'replication_status', 'active_backend_id', 'report_count', 'modified_at'))
     OR (c.table_name = 'backups' AND c.column_name IN ('host', 'restore_volume_id', 'temp_volume_id'))
     OR (c.table_name = 'groups' AND c.column_name IN ('host', 'cluster_name'))
     OR (c.table_name = 'consistencygroups' AND c.column_name IN ('host', 'cluster_name'))
     OR (c.table_name = 'image_volume_cache_entries' AND c.column_name IN ('host', 'cluster_name'))
     OR (c.table_name = 'workers' AND c.column_name IN ('service_id', 'race_preventer', 'resource_type'))
     OR (c.table_name = 'volume_attachment' AND c.column_name IN ('attached_host', 'attach_status', 'instance_uuid'))
     OR (c.table_name = 'quota_usages' AND c.column_name = 'race_preventer'))
 ORDER BY c.table_name, c.column_name;
