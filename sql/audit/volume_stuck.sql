-- The volume has been in a transitional status for longer than --stuck. The service that worked on it was stopped, or lost the
-- request.
-- :check A20 volume-stuck
-- :severity high
-- :title volume in a transitional status for too long
-- :database cinder
-- :subject volume
-- :message volume '{name}' has been {status} since {changed_at}
-- :remedy cinder reset-state --state error {subject}
-- :param stuck int
-- :reads volumes
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.status
     , COALESCE(v.updated_at, v.created_at) AS changed_at
  FROM volumes AS v
 WHERE v.status NOT IN ('available', 'in-use', 'error', 'error_deleting', 'error_restoring', 'error_extending',
                        'error_backing-up', 'error_managing', 'maintenance', 'awaiting-transfer')
   AND COALESCE(v.updated_at, v.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND v.deleted = 0
 ORDER BY v.id;
