-- Rows that are deleted without a time (no purge by age ever removes them), or whose deleted flag is NULL (no query ever shows
-- them).
-- :check N38 nova-deleted-flag
-- :severity low
-- :title nova rows with a broken deleted flag
-- :database cells
-- :subject table
-- :message {without_time} rows of {subject} are deleted without a time, {without_flag} have no deleted flag
-- :remedy evac-manage sql show audit/nova_deleted_flag
-- :reads instances block_device_mapping migrations services compute_nodes
SELECT t.name AS subject
     , NULL AS host
     , t.without_time
     , t.without_flag
  FROM (SELECT 'instances' AS name, COALESCE(SUM(deleted <> 0 AND deleted_at IS NULL), 0) AS without_time
             , COALESCE(SUM(deleted IS NULL), 0) AS without_flag FROM instances
        UNION ALL
        SELECT 'block_device_mapping', COALESCE(SUM(deleted <> 0 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0)
          FROM block_device_mapping
        UNION ALL
        SELECT 'migrations', COALESCE(SUM(deleted <> 0 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0) FROM migrations
        UNION ALL
        SELECT 'services', COALESCE(SUM(deleted <> 0 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0) FROM services
        UNION ALL
        SELECT 'compute_nodes', COALESCE(SUM(deleted <> 0 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0)
          FROM compute_nodes) AS t
 WHERE t.without_time > 0
    OR t.without_flag > 0
 ORDER BY subject;
