-- A live snapshot belongs to a deleted volume. It counts in the project's quota, and its owner can no longer delete it.
-- :check A23 snapshot-of-deleted-volume
-- :severity medium
-- :title live snapshot of a deleted volume
-- :database cinder
-- :subject snapshot
-- :message snapshot '{name}' ({status}) belongs to volume {volume_id}, deleted at {volume_deleted_at}
-- :remedy cinder snapshot-reset-state --state error {subject}; cinder snapshot-delete --force {subject}
-- :reads snapshots volumes
SELECT sn.id AS subject
     , v.host AS host
     , sn.display_name AS name
     , sn.status
     , sn.volume_id
     , v.deleted_at AS volume_deleted_at
  FROM snapshots AS sn
  JOIN volumes AS v ON v.id = CONVERT(sn.volume_id USING ascii) AND v.deleted = 1
 WHERE sn.deleted = 0
 ORDER BY sn.id;
