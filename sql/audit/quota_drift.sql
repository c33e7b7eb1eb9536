-- A project's quota usage differs from the number or size of its volumes, snapshots or backups, in all or of one volume type.
-- Cinder refuses requests too early, or allows too many.
-- :check A30 quota-drift
-- :severity medium
-- :title project with a wrong quota usage
-- :database cinder
-- :subject project
-- :needs volumes.use_quota
-- :message the quota usage of {resource} of project {subject} is {counted}, but should be {there}
-- :remedy evac-manage quota check --project-id {subject}; evac-manage quota sync --project-id {subject}
-- :reads quota_usages volumes volume_types snapshots backups
SELECT t.project_id AS subject
     , NULL AS host
     , t.resource
     , t.counted
     , t.there
     , t.age_s
  FROM (SELECT q.id, q.project_id, q.resource, q.in_use AS counted
             , TIMESTAMPDIFF(SECOND, COALESCE(q.updated_at, q.created_at), UTC_TIMESTAMP()) AS age_s
             , COALESCE(SUM(IF(LOCATE('gigabytes', q.resource) > 0, a.gb, a.n)), 0) AS there
               -- no_snapshot_gb_quota: then the size of snapshots does not count
             , COALESCE(SUM(IF(LOCATE('gigabytes', q.resource) > 0, IF(a.kind = 'snapshots', 0, a.gb), a.n)), 0) AS there_without_snapshots
          FROM quota_usages AS q
          LEFT JOIN (SELECT o.kind, o.project, t.name AS type_name, o.n, o.gb
                       FROM (SELECT 'volumes' AS kind, LEFT(BINARY v.project_id, 500) AS project     -- longer is a blob, grouped on disk
                                  , v.volume_type_id, COUNT(*) AS n, SUM(v.size) AS gb
                               FROM volumes AS v
                              WHERE COALESCE(v.use_quota, 1) = 1
                                AND (v.migration_status IS NULL OR LEFT(v.migration_status, 7) <> 'target:')
                                AND v.deleted = 0
                              GROUP BY project, v.volume_type_id
                              UNION ALL
                             SELECT 'snapshots', LEFT(BINARY sn.project_id, 500) AS project, v.volume_type_id, COUNT(*), SUM(sn.volume_size)
                               FROM snapshots AS sn
                               JOIN volumes AS v ON v.id = CONVERT(sn.volume_id USING ascii)
                              WHERE COALESCE(sn.use_quota, 1) = 1
                                AND sn.deleted = 0
                              GROUP BY project, v.volume_type_id
                              UNION ALL
                             SELECT 'backups', LEFT(BINARY b.project_id, 500) AS project, NULL, COUNT(*), SUM(b.size)
                               FROM backups AS b
                              WHERE b.deleted = 0
                              GROUP BY project) AS o
                       LEFT JOIN volume_types AS t ON t.id = CONVERT(o.volume_type_id USING ascii)) AS a     -- deleted or not: it is only named
            ON a.project = BINARY q.project_id
           AND ((a.kind = 'backups' AND q.resource IN ('backups', 'backup_gigabytes'))
                OR (a.kind <> 'backups'
                    AND BINARY q.resource IN (BINARY a.kind, BINARY CONCAT(a.kind, '_', a.type_name), BINARY 'gigabytes', BINARY CONCAT('gigabytes_', a.type_name))))
         WHERE (q.resource IN ('volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes')
                OR EXISTS (SELECT 1 FROM volume_types AS y     -- the usages of a deleted one are still there
                            WHERE BINARY q.resource IN (BINARY CONCAT('volumes_', y.name), BINARY CONCAT('snapshots_', y.name), BINARY CONCAT('gigabytes_', y.name))))
           AND q.deleted = 0
         GROUP BY q.id, q.project_id, q.resource, q.in_use, q.updated_at, q.created_at) AS t
 WHERE t.counted NOT IN (t.there, t.there_without_snapshots)
 ORDER BY subject, t.resource;
