-- Every reservation, of one project or of all.
-- :param project_id text  NULL: all
-- :reads reservations :rows many
SELECT r.id
     , r.usage_id
     , r.delta
  FROM reservations AS r
 WHERE (@project_id IS NULL OR BINARY r.project_id = BINARY @project_id)
   AND r.usage_id IS NOT NULL
   AND r.deleted = 0
 ORDER BY r.usage_id, r.id;
