-- nova compute/manager.py init_host of the host that comes back, @host: _destroy_evacuated_instances completes what was evacuated, even what is
-- still on its way; _init_instance errs what it finds rebuilding here otherwise; resource_tracker.py counts what is left.
UPDATE nova.instances i LEFT JOIN nova.migrations m ON m.instance_uuid = CONVERT(i.uuid USING ascii) AND BINARY m.source_compute = BINARY @host
       AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done')
   SET i.vm_state = 'error', i.task_state = NULL, i.updated_at = UTC_TIMESTAMP()
 WHERE BINARY i.host = BINARY @host AND i.deleted = 0 AND i.vm_state IN ('active', 'stopped') AND i.task_state LIKE 'rebuil%' AND m.id IS NULL;
UPDATE nova.migrations m JOIN nova.instances i ON i.uuid = CONVERT(m.instance_uuid USING utf8mb3) AND i.deleted = 0
   SET m.status = 'completed', m.updated_at = UTC_TIMESTAMP()
 WHERE BINARY m.source_compute = BINARY @host AND m.migration_type = 'evacuation' AND m.status IN ('accepted', 'pre-migrating', 'done');
UPDATE nova.compute_nodes c LEFT JOIN (SELECT host, SUM(vcpus) AS vcpus, SUM(memory_mb) AS memory_mb, SUM(IF(image_ref = '', 0, root_gb)) AS gb, COUNT(*) AS n
          FROM nova.instances WHERE deleted = 0 AND vm_state <> 'shelved_offloaded' GROUP BY BINARY host) x ON BINARY x.host = BINARY c.host
   SET c.vcpus_used = COALESCE(x.vcpus, 0), c.memory_mb_used = 512 + COALESCE(x.memory_mb, 0), c.local_gb_used = COALESCE(x.gb, 0),
       c.running_vms = COALESCE(x.n, 0), c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0;
