-- nova compute/manager.py confirm_resize, _confirm_resize on the source, @host, which gives back what the instance needed. @uuid, @request, @host, @migration.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_confirm_resize', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.migrations SET status = 'confirmed', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": false', '"active": true'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
UPDATE nova.compute_nodes c JOIN nova.instances i ON i.uuid = @uuid
   SET c.vcpus_used = c.vcpus_used - i.vcpus, c.memory_mb_used = c.memory_mb_used - i.memory_mb, c.free_ram_mb = c.memory_mb - c.memory_mb_used,
       c.local_gb_used = c.local_gb_used - IF(i.image_ref = '', 0, i.root_gb), c.free_disk_gb = c.local_gb - c.local_gb_used, c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0;
UPDATE nova.instances SET vm_state = IF(power_state = 4, 'stopped', 'active'), updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
DELETE FROM nova.instance_system_metadata WHERE instance_uuid = @uuid AND `key` = 'old_vm_state';
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_confirm_resize' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
