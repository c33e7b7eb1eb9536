-- A project has two usage rows of one resource. Cinder may use either.
-- :check A31 quota-usage-twice
-- :severity medium
-- :title quota usage with more than one row
-- :database cinder
-- :subject project
-- :message project {subject} has {usages} usage rows of {resource} (ids {ids})
-- :remedy evac-manage quota sync --project-id {subject}
-- :reads quota_usages
SELECT q.project_id AS subject
     , NULL AS host
     , q.resource
     , COUNT(*) AS usages
     , GROUP_CONCAT(q.id ORDER BY q.id SEPARATOR ', ') AS ids
  FROM quota_usages AS q
 WHERE q.deleted = 0
 GROUP BY q.project_id, q.resource
HAVING COUNT(*) > 1
 ORDER BY subject, q.resource;
