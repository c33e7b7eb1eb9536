-- SPDX-License-Identifier: Apache-2.0
-- The snapshot could not be deleted. It counts in the quota, and its volume cannot be deleted while it exists.
-- :check A47 snapshot-error-deleting
-- :severity low
-- :title snapshot that could not be deleted
-- :database cinder
-- :subject snapshot
-- :message snapshot '{name}' of volume {volume_id} has been {status} since {changed_at}
-- :remedy cinder snapshot-reset-state --state error {subject}; cinder snapshot-delete {subject}
-- :reads snapshots volumes
SELECT sn.id AS subject
     , v.host AS host
     , sn.display_name AS name
     , sn.volume_id
     , sn.status
     , COALESCE(sn.updated_at, sn.created_at) AS changed_at
     , TIMESTAMPDIFF(SECOND, COALESCE(sn.updated_at, sn.created_at), UTC_TIMESTAMP()) AS age_s
  FROM snapshots AS sn
  LEFT JOIN volumes AS v ON v.id = CONVERT(sn.volume_id USING ascii)     -- deleted or not: only its host is wanted
 WHERE sn.status = 'error_deleting'
   AND sn.deleted = 0
 ORDER BY sn.id;
