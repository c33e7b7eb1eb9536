-- What really is there, by project and volume type: as cinder counts it for quotas (db/sqlalchemy/api.py, skip_internal): no target of
-- a migration, nothing temporary.
-- :param project_id text  NULL: all
-- :reads volumes volume_types volume_admin_metadata snapshots backups groups consistencygroups :rows many
SELECT c.project_id
     , c.kind
     , c.type_name
     , c.n
     , c.gb
  FROM (SELECT v.project_id, 'volumes' AS kind, t.name AS type_name, COUNT(*) AS n, COALESCE(SUM(v.size), 0) AS gb
          FROM volumes AS v
          LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
         WHERE (@project_id IS NULL OR BINARY v.project_id = BINARY @project_id)
           AND (v.migration_status IS NULL OR LEFT(v.migration_status, 7) <> 'target:')
           AND COALESCE(v.use_quota, 1) = 1
           AND NOT EXISTS (SELECT 1 FROM volume_admin_metadata AS m
                            WHERE m.volume_id = CONVERT(v.id USING ascii) AND m.`key` = 'temporary' AND m.value = 'True' AND m.deleted = 0)
           AND v.deleted = 0
         GROUP BY v.project_id, t.name
         UNION ALL
        SELECT s.project_id, 'snapshots', t.name, COUNT(*), COALESCE(SUM(s.volume_size), 0)
          FROM snapshots AS s
          JOIN volumes AS v ON v.id = CONVERT(s.volume_id USING ascii)
          LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
         WHERE (@project_id IS NULL OR BINARY s.project_id = BINARY @project_id)
           AND COALESCE(s.use_quota, 1) = 1
           AND s.deleted = 0
         GROUP BY s.project_id, t.name
         UNION ALL
        SELECT b.project_id, 'backups', NULL, COUNT(*), COALESCE(SUM(b.size), 0)
          FROM backups AS b
         WHERE (@project_id IS NULL OR BINARY b.project_id = BINARY @project_id)
           AND b.deleted = 0
         GROUP BY b.project_id
         UNION ALL
        SELECT g.project_id, 'groups', NULL, COUNT(*), 0
          FROM `groups` AS g
         WHERE (@project_id IS NULL OR BINARY g.project_id = BINARY @project_id)
           AND g.deleted = 0
         GROUP BY g.project_id
         UNION ALL
        SELECT o.project_id, 'consistencygroups', NULL, COUNT(*), 0
          FROM consistencygroups AS o
         WHERE (@project_id IS NULL OR BINARY o.project_id = BINARY @project_id)
           AND o.deleted = 0
         GROUP BY o.project_id) AS c
 ORDER BY c.project_id, c.kind, c.type_name;
