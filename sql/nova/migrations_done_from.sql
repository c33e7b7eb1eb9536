-- Evacuations away from a host that its nova-compute has not yet cleaned up after: what a returning host would destroy.
-- :param host text
-- :reads migrations :rows many
SELECT m.id
     , m.uuid
     , m.instance_uuid
     , m.status
     , m.migration_type
     , m.source_compute
     , m.dest_compute
     , TIMESTAMPDIFF(SECOND, m.created_at, UTC_TIMESTAMP()) AS age_s
  FROM migrations AS m
 WHERE BINARY m.source_compute = BINARY @host
   AND m.migration_type = 'evacuation'
   AND m.status IN ('accepted', 'pre-migrating', 'done')
   AND m.deleted = 0
 ORDER BY m.id;
