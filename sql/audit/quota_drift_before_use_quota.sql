-- A project's quota usage counts another number of volumes than the project has. It is refused too early, or gets too much.
-- :check A30 quota-drift
-- :severity medium
-- :title project whose volume quota is miscounted
-- :database cinder
-- :subject project
-- :lacks volumes.use_quota
-- :message project {subject} uses {counted} of its volumes quota, it has {there}
-- :remedy evac-manage quota check --project-id {subject}
-- :reads quota_usages volumes
SELECT q.project_id AS subject
     , NULL AS host
     , q.in_use AS counted
     , COALESCE(a.n, 0) AS there
     , TIMESTAMPDIFF(SECOND, COALESCE(q.updated_at, q.created_at), UTC_TIMESTAMP()) AS age_s
  FROM quota_usages AS q
  LEFT JOIN (SELECT v.project_id, COUNT(*) AS n
               FROM volumes AS v
              WHERE COALESCE(v.migration_status, '') NOT LIKE 'target:%'
                AND v.deleted = 0
              GROUP BY v.project_id) AS a ON a.project_id = q.project_id
 WHERE q.resource = 'volumes'
   AND q.in_use <> COALESCE(a.n, 0)
   AND q.deleted = 0
 ORDER BY subject;
