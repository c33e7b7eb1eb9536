-- The snapshot has been in a transitional status for longer than --stuck.
-- :check A40 snapshot-stuck
-- :severity high
-- :title snapshot in a transitional status for too long
-- :database cinder
-- :subject snapshot
-- :message snapshot '{name}' of volume {volume_id} has been {status} since {changed_at}
-- :remedy cinder snapshot-reset-state --state error {subject}
-- :param stuck int
-- :reads snapshots volumes
SELECT sn.id AS subject
     , v.host AS host
     , sn.display_name AS name
     , sn.volume_id
     , sn.status
     , COALESCE(sn.updated_at, sn.created_at) AS changed_at
  FROM snapshots AS sn
  LEFT JOIN volumes AS v ON v.id = CONVERT(sn.volume_id USING ascii)     -- deleted or not: only its host is wanted
 WHERE sn.status NOT IN ('available', 'error', 'error_deleting')
   AND COALESCE(sn.updated_at, sn.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND sn.deleted = 0
 ORDER BY sn.id;
