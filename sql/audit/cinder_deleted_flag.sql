-- Rows that are deleted without a time (no purge ever removes them), or whose deleted flag is NULL (no query ever shows them).
-- :check A24 cinder-deleted-flag
-- :severity low
-- :title rows with a broken deleted flag
-- :database cinder
-- :subject table
-- :message {without_time} rows of {subject} are deleted without a time, {without_flag} have no deleted flag
-- :remedy evac-manage sql show audit/cinder_deleted_flag
-- :reads volumes snapshots backups volume_attachment services
SELECT t.name AS subject
     , NULL AS host
     , t.without_time
     , t.without_flag
  FROM (SELECT 'volumes' AS name, COALESCE(SUM(deleted = 1 AND deleted_at IS NULL), 0) AS without_time
             , COALESCE(SUM(deleted IS NULL), 0) AS without_flag FROM volumes
        UNION ALL
        SELECT 'snapshots', COALESCE(SUM(deleted = 1 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0) FROM snapshots
        UNION ALL
        SELECT 'backups', COALESCE(SUM(deleted = 1 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0) FROM backups
        UNION ALL
        SELECT 'volume_attachment', COALESCE(SUM(deleted = 1 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0)
          FROM volume_attachment
        UNION ALL
        SELECT 'services', COALESCE(SUM(deleted = 1 AND deleted_at IS NULL), 0), COALESCE(SUM(deleted IS NULL), 0) FROM services) AS t
 WHERE t.without_time > 0
    OR t.without_flag > 0
 ORDER BY subject;
