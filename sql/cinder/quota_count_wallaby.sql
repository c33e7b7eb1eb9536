-- What really is there, by project and volume type: as cinder counts it for quotas (db/sqlalchemy/api.py, skip_internal): no target of
-- a migration, nothing temporary. Before Xena: there is no use_quota.
-- :param project_id text  NULL: all
-- :reads volumes volume_types volume_admin_metadata snapshots backups groups consistencygroups :rows many
SELECT c.project AS project_id
     , c.kind
     , c.type_name
     , c.n
     , c.gb
  FROM (SELECT BINARY v.project_id AS project, 'volumes' AS kind, BINARY t.name AS type_name, COUNT(*) AS n, COALESCE(SUM(v.size), 0) AS gb
          FROM volumes AS v
          LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
         WHERE (@project_id IS NULL OR BINARY v.project_id = BINARY @project_id)
           AND (v.migration_status IS NULL OR LEFT(v.migration_status, 7) <> 'target:')
           AND NOT EXISTS (SELECT 1 FROM volume_admin_metadata AS m
                            WHERE m.volume_id = CONVERT(v.id USING ascii) AND m.`key` = 'temporary' AND m.value = 'True' AND m.deleted = 0)
           AND v.deleted = 0
         GROUP BY project, type_name
         UNION ALL
        SELECT BINARY s.project_id AS project, 'snapshots', BINARY t.name AS type_name, COUNT(*), COALESCE(SUM(s.volume_size), 0)
          FROM snapshots AS s
          JOIN volumes AS v ON v.id = CONVERT(s.volume_id USING ascii)
          LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
         WHERE (@project_id IS NULL OR BINARY s.project_id = BINARY @project_id)
           AND s.deleted = 0
         GROUP BY project, type_name
         UNION ALL
        SELECT BINARY b.project_id AS project, 'backups', NULL, COUNT(*), COALESCE(SUM(b.size), 0)
          FROM backups AS b
         WHERE (@project_id IS NULL OR BINARY b.project_id = BINARY @project_id)
           AND b.deleted = 0
         GROUP BY project
         UNION ALL
        SELECT BINARY g.project_id AS project, 'groups', NULL, COUNT(*), 0
          FROM `groups` AS g
         WHERE (@project_id IS NULL OR BINARY g.project_id = BINARY @project_id)
           AND g.deleted = 0
         GROUP BY project
         UNION ALL
        SELECT BINARY o.project_id AS project, 'consistencygroups', NULL, COUNT(*), 0
          FROM consistencygroups AS o
         WHERE (@project_id IS NULL OR BINARY o.project_id = BINARY @project_id)
           AND o.deleted = 0
         GROUP BY project) AS c
 ORDER BY c.project, c.kind, c.type_name;
