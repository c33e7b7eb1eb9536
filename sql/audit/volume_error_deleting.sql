-- The volume could not be deleted. It counts in the quota, and its data still exists.
-- :check A46 volume-error-deleting
-- :severity low
-- :title volume that could not be deleted
-- :database cinder
-- :subject volume
-- :message volume '{name}' has been {status} since {changed_at}
-- :remedy openstack volume delete --force {subject}
-- :reads volumes
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.status
     , COALESCE(v.updated_at, v.created_at) AS changed_at
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volumes AS v
 WHERE v.status IN ('error_deleting', 'error_managing', 'error_restoring', 'error_extending')
   AND v.deleted = 0
 ORDER BY v.id;
