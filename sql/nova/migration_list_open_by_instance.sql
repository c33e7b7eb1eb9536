-- Migrations of any kind that somebody may still work on, of some instances. The conductor takes the first 'accepted' one of an
-- instance, whatever its type.
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
   AND m.status IN ('accepted', 'queued', 'preparing', 'running', 'running (post-copy)', 'pre-migrating', 'migrating', 'post-migrating',
                    'confirming', 'reverting')
   AND m.deleted = 0
 ORDER BY m.instance_uuid, m.id;
