-- Migrations that still mean something: evacuations that a returning host would act on (nova compute/manager.py:
-- _destroy_evacuated_instances looks for accepted, pre-migrating and done), and whatever somebody may still work on.
-- :reads migrations instances :rows many
SELECT m.id
     , m.uuid
     , m.instance_uuid
     , i.display_name AS instance_name
     , m.status
     , m.migration_type
     , m.source_compute
     , m.dest_compute
     , i.host         AS instance_host
     , i.vm_state
     , i.task_state
     , TIMESTAMPDIFF(SECOND, m.created_at, UTC_TIMESTAMP()) AS age_s
     , TIMESTAMPDIFF(SECOND, COALESCE(m.updated_at, m.created_at), UTC_TIMESTAMP()) AS idle_s
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS instance_idle_s
  FROM migrations AS m
  LEFT JOIN instances AS i ON i.uuid = CONVERT(m.instance_uuid USING ascii) AND i.deleted = 0
 WHERE (m.status IN ('accepted', 'queued', 'preparing', 'running', 'running (post-copy)', 'pre-migrating', 'migrating', 'post-migrating',
                     'confirming', 'reverting')
        OR (m.status = 'done' AND m.migration_type = 'evacuation'))
   AND m.deleted = 0
 ORDER BY m.id;
