-- The volume is 'backing-up' or 'restoring-backup', but no backup of it is being created or restored. It stays so for ever.
-- :check A21 volume-backup-gone
-- :severity high
-- :title volume in a backup status without a running backup
-- :database cinder
-- :subject volume
-- :message volume '{name}' is {status}, but no backup of it is running; its status before was {previous_status}
-- :remedy cinder reset-state --state {previous_status} {subject}
-- :reads volumes backups
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.status
     , COALESCE(v.previous_status, 'available') AS previous_status
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volumes AS v
 WHERE ((v.status = 'backing-up'
         AND NOT EXISTS (SELECT 1 FROM backups AS b WHERE b.volume_id = CONVERT(v.id USING ascii) AND b.status = 'creating' AND b.deleted = 0))
     OR (v.status = 'restoring-backup'
         AND NOT EXISTS (SELECT 1 FROM backups AS b WHERE b.restore_volume_id = CONVERT(v.id USING ascii) AND b.status = 'restoring' AND b.deleted = 0)))
   AND v.deleted = 0
 ORDER BY v.id;
