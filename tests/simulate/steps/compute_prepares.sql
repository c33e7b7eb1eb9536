-- nova compute/manager.py prep_resize on the destination, @host, with resource_tracker.py resize_claim: what the instance needs is that host's, too.
-- @uuid, @request, @host, @migration.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_prep_resize', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
INSERT INTO nova.instance_system_metadata (created_at, instance_uuid, `key`, value, deleted)
SELECT UTC_TIMESTAMP(), uuid, 'old_vm_state', vm_state, 0 FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instances SET updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.migrations SET dest_compute = @host, dest_node = @host, dest_host = '127.0.0.1', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.compute_nodes c JOIN nova.instances i ON i.uuid = @uuid
   SET c.vcpus_used = c.vcpus_used + i.vcpus, c.memory_mb_used = c.memory_mb_used + i.memory_mb, c.free_ram_mb = c.memory_mb - c.memory_mb_used,
       c.local_gb_used = c.local_gb_used + IF(i.image_ref = '', 0, i.root_gb), c.free_disk_gb = c.local_gb - c.local_gb_used, c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_prep_resize' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
