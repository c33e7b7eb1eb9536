-- Backups that a cinder-backup had under way when its host died, each with the volume that it worked on.
-- :param backend_host text  the cinder-backup host
-- :reads backups volumes :rows many
SELECT 'backup' AS kind
     , b.id
     , v.id     AS volume_id
     , b.status
     , v.status AS volume_status
     , v.previous_status
     , NULL     AS attach_status
     , b.host
  FROM backups AS b
  LEFT JOIN volumes AS v ON v.id = IF(b.status = 'restoring' AND b.restore_volume_id IS NOT NULL, CONVERT(b.restore_volume_id USING ascii), CONVERT(b.volume_id USING ascii)) AND v.deleted = 0
 WHERE BINARY b.host = BINARY @backend_host
   AND b.status IN ('creating', 'restoring', 'deleting')
   AND b.deleted = 0
 ORDER BY b.id;
