-- nova compute/manager.py _do_rebuild_instance and _rebuild_default_impl: the ports are the new host's and wait for its agent, each volume gets a
-- new attachment there (detach_block_devices, _prep_block_device), and the driver's spawn begins. @uuid, @request, @host.
UPDATE neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id SET b.host = @host, b.profile = '{}' WHERE p.device_id = @uuid;
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
UPDATE nova.block_device_mapping b JOIN cinder.volume_attachment a ON a.id = b.attachment_id AND a.deleted = 0
   SET b.attachment_id = INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(a.id, @request)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
       b.connection_info = CONCAT(b.connection_info, ' '), b.updated_at = UTC_TIMESTAMP()
 WHERE b.instance_uuid = @uuid AND b.deleted = 0;
UPDATE cinder.volume_attachment a LEFT JOIN nova.block_device_mapping b ON b.attachment_id = a.id
   SET a.deleted = 1, a.deleted_at = UTC_TIMESTAMP(), a.detach_time = UTC_TIMESTAMP(), a.attach_status = 'detached', a.updated_at = UTC_TIMESTAMP()
 WHERE a.instance_uuid = @uuid AND a.deleted = 0 AND b.id IS NULL;
UPDATE cinder.volumes v JOIN cinder.volume_attachment a ON a.volume_id = v.id AND a.deleted = 0 SET v.updated_at = UTC_TIMESTAMP() WHERE a.instance_uuid = @uuid;
UPDATE nova.instances SET task_state = 'rebuild_spawning', power_state = 0, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
