-- What quotas say is used and reserved, of one project or of all.
-- :param project_id text  NULL: all
-- :reads quota_usages :rows many
SELECT q.id
     , q.project_id
     , q.resource
     , q.in_use
     , q.reserved
  FROM quota_usages AS q
 WHERE (@project_id IS NULL OR BINARY q.project_id = BINARY @project_id)
   AND q.deleted = 0
 ORDER BY q.project_id, q.resource, q.id;
