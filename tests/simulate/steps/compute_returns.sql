-- nova compute/manager.py init_host of the host that comes back, @host: _destroy_evacuated_instances completes what was evacuated, even what is
-- still on its way; _init_instance errs what it finds rebuilding here otherwise, and stops what was to be (an event without an action of its request is
-- the last action's: db/main/api.py action_event_start); resource_tracker.py counts what is left. @power: that of the guests that it finds.
UPDATE nova.instances i LEFT JOIN nova.migrations m ON m.instance_uuid = CONVERT(i.uuid USING ascii) AND BINARY m.source_compute = BINARY @host
       AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done')
   SET i.vm_state = 'error', i.task_state = NULL, i.updated_at = UTC_TIMESTAMP()
 WHERE BINARY i.host = BINARY @host AND i.deleted = 0 AND i.vm_state IN ('active', 'stopped') AND i.task_state LIKE 'rebuil%' AND m.id IS NULL;
INSERT INTO nova.instance_actions_events (created_at, updated_at, event, action_id, start_time, finish_time, result, host, deleted)
SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'compute_stop_instance', MAX(a.id), UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Success', @host, 0
  FROM nova.instances i JOIN nova.instance_actions a ON a.instance_uuid = CONVERT(i.uuid USING ascii)
  LEFT JOIN nova.migrations m ON m.instance_uuid = CONVERT(i.uuid USING ascii) AND BINARY m.source_compute = BINARY @host
       AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done')
 WHERE BINARY i.host = BINARY @host AND i.deleted = 0 AND i.vm_state <> 'error' AND i.task_state = 'powering-off' AND m.id IS NULL GROUP BY i.uuid;
UPDATE nova.instance_actions a JOIN nova.instance_actions_events e ON e.action_id = a.id AND e.event = 'compute_stop_instance' AND e.finish_time = UTC_TIMESTAMP()
   SET a.updated_at = UTC_TIMESTAMP();
UPDATE nova.instances i LEFT JOIN nova.migrations m ON m.instance_uuid = CONVERT(i.uuid USING ascii) AND BINARY m.source_compute = BINARY @host
       AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done')
   SET i.vm_state = 'stopped', i.task_state = NULL, i.power_state = @power, i.updated_at = UTC_TIMESTAMP()
 WHERE BINARY i.host = BINARY @host AND i.deleted = 0 AND i.vm_state <> 'error' AND i.task_state = 'powering-off' AND m.id IS NULL;
UPDATE nova.migrations m JOIN nova.instances i ON i.uuid = CONVERT(m.instance_uuid USING utf8mb3) AND i.deleted = 0
   SET m.status = 'completed', m.updated_at = UTC_TIMESTAMP()
 WHERE BINARY m.source_compute = BINARY @host AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done');
UPDATE nova.compute_nodes c LEFT JOIN (SELECT host, SUM(vcpus) AS vcpus, SUM(memory_mb) AS memory_mb, SUM(IF(image_ref = '', 0, root_gb)) AS gb, COUNT(*) AS n
          FROM nova.instances WHERE deleted = 0 AND vm_state <> 'shelved_offloaded' GROUP BY BINARY host) x ON BINARY x.host = BINARY c.host
   SET c.vcpus_used = COALESCE(x.vcpus, 0), c.memory_mb_used = 512 + COALESCE(x.memory_mb, 0), c.local_gb_used = COALESCE(x.gb, 0),
       c.running_vms = COALESCE(x.n, 0), c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0;
