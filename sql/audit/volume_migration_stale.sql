-- A migration of the volume began long ago and has neither ended nor failed. Its target volume ('target:…') uses space
-- meanwhile.
-- :check A27 volume-migration-stale
-- :severity high
-- :title volume migration that never ended
-- :database cinder
-- :subject volume
-- :message volume '{name}' ({status}) has been in migration '{migration_status}' since {changed_at}
-- :remedy cinder reset-state --reset-migration-status {subject}
-- :param stuck int
-- :reads volumes
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.status
     , v.migration_status
     , COALESCE(v.updated_at, v.created_at) AS changed_at
  FROM volumes AS v
 WHERE (v.migration_status IN ('migrating', 'starting', 'completing') OR v.migration_status LIKE 'target:%')
   AND COALESCE(v.updated_at, v.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND v.deleted = 0
 ORDER BY v.id;
