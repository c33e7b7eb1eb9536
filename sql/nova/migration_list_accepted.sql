-- Migrations of some instances that a conductor would take for the one it was just asked for: it looks for status 'accepted' of any
-- type, deleted rows too, and takes the first (nova conductor/manager.py: rebuild_instance).
-- :param instance_uuids list  in the client one
-- :reads migrations :rows many
SELECT m.id
     , m.uuid
     , m.instance_uuid
     , m.status
     , m.migration_type
     , m.source_compute
     , m.dest_compute
     , TIMESTAMPDIFF(SECOND, m.created_at, UTC_TIMESTAMP()) AS age_s
     , (COALESCE(m.deleted, 0) <> 0) AS deleted
  FROM migrations AS m
 WHERE m.instance_uuid IN (@instance_uuids)
   AND m.status = 'accepted'
 ORDER BY m.instance_uuid, m.id;
