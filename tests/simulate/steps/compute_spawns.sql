-- nova compute/manager.py _do_rebuild_instance and _rebuild_default_impl: the ports are the new host's and wait for its agent, each volume gets a
-- new attachment there (detach_block_devices, _prep_block_device), and the driver's spawn begins. @uuid, @request, @host.
UPDATE neutron.ml2_port_bindings SET host = @host, profile = '{}' WHERE port_id IN (SELECT id FROM neutron.ports WHERE device_id = @uuid);
UPDATE neutron.ports SET status = 'DOWN' WHERE device_id = @uuid;
INSERT INTO neutron.provisioningblocks (standard_attr_id, entity) SELECT standard_attr_id, 'L2' FROM neutron.ports WHERE device_id = @uuid
    ON DUPLICATE KEY UPDATE entity = entity;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": true', '"active": false'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
INSERT INTO cinder.volume_attachment (created_at, updated_at, deleted, id, volume_id, attached_host, instance_uuid, mountpoint, attach_time,
       attach_mode, attach_status, connection_info, connector)
SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(a.id, @request)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
       a.volume_id, @host, a.instance_uuid, a.mountpoint, UTC_TIMESTAMP(), a.attach_mode, 'attached', a.connection_info, a.connector
  FROM cinder.volume_attachment a WHERE a.instance_uuid = @uuid AND a.deleted = 0;
UPDATE nova.block_device_mapping
   SET attachment_id = INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(attachment_id, @request)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
       connection_info = CONCAT(connection_info, ' '), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid AND deleted = 0 AND attachment_id IN (SELECT id FROM cinder.volume_attachment WHERE deleted = 0);
UPDATE cinder.volume_attachment a
   SET deleted = 1, deleted_at = UTC_TIMESTAMP(), detach_time = UTC_TIMESTAMP(), attach_status = 'detached', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid AND deleted = 0 AND NOT EXISTS (SELECT 1 FROM nova.block_device_mapping b WHERE b.attachment_id = a.id);
UPDATE cinder.volumes SET updated_at = UTC_TIMESTAMP()
 WHERE id IN (SELECT volume_id FROM cinder.volume_attachment WHERE instance_uuid = @uuid AND deleted = 0);
UPDATE nova.instances SET task_state = 'rebuild_spawning', power_state = 0, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
