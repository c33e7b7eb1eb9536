-- nova compute/manager.py finish_resize, _finish_resize on the destination, @host: the ports are its own, the volumes are attached there, the guest
-- runs. @uuid, @request, @host, @migration.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_finish_resize', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id SET b.host = @host WHERE p.device_id = @uuid;
UPDATE neutron.ports SET status = 'DOWN' WHERE device_id = @uuid;
INSERT INTO neutron.provisioningblocks (standard_attr_id, entity) SELECT standard_attr_id, 'L2' FROM neutron.ports WHERE device_id = @uuid
    ON DUPLICATE KEY UPDATE entity = entity;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": true', '"active": false'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
UPDATE cinder.volume_attachment a JOIN nova.block_device_mapping b ON b.attachment_id = a.id
   SET a.attached_host = @host, a.mountpoint = b.device_name, a.attach_time = UTC_TIMESTAMP(), a.attach_mode = 'rw', a.attach_status = 'attached',
       a.connection_info = b.connection_info, a.connector = '{}', a.updated_at = UTC_TIMESTAMP()
 WHERE a.instance_uuid = @uuid AND a.deleted = 0;
UPDATE cinder.volumes v JOIN cinder.volume_attachment a ON a.volume_id = v.id AND a.deleted = 0
   SET v.status = 'in-use', v.attach_status = 'attached', v.updated_at = UTC_TIMESTAMP() WHERE a.instance_uuid = @uuid;
UPDATE nova.block_device_mapping b SET b.connection_info = CONCAT(b.connection_info, ' '), b.updated_at = UTC_TIMESTAMP()
 WHERE b.instance_uuid = @uuid AND b.volume_id IS NOT NULL AND b.deleted = 0;
UPDATE nova.migrations SET status = 'finished', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instances SET vm_state = 'resized', task_state = NULL, launched_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_finish_resize' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
