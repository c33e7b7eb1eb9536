-- nova compute/manager.py resize_instance, _resize_instance on the source, @from: the guest is off, each volume is reserved and attached nowhere
-- (_terminate_volume_connections), and then the instance is the destination's, @host. @uuid, @request, @host, @from, @migration.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_resize_instance', id, UTC_TIMESTAMP(), @from, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": false', '"active": true'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
INSERT INTO cinder.volume_attachment (created_at, updated_at, deleted, id, volume_id, instance_uuid, attach_mode, attach_status, connection_info)
SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(a.id, @request)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
       a.volume_id, a.instance_uuid, 'null', 'reserved', '{}'
  FROM cinder.volume_attachment a WHERE a.instance_uuid = @uuid AND a.deleted = 0;
UPDATE nova.block_device_mapping b JOIN cinder.volume_attachment a ON a.id = b.attachment_id AND a.deleted = 0
   SET b.attachment_id = INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(a.id, @request)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'), b.updated_at = UTC_TIMESTAMP()
 WHERE b.instance_uuid = @uuid AND b.deleted = 0;
UPDATE cinder.volume_attachment a LEFT JOIN nova.block_device_mapping b ON b.attachment_id = a.id
   SET a.deleted = 1, a.deleted_at = UTC_TIMESTAMP(), a.detach_time = UTC_TIMESTAMP(), a.attach_status = 'detached', a.updated_at = UTC_TIMESTAMP()
 WHERE a.instance_uuid = @uuid AND a.deleted = 0 AND b.id IS NULL;
UPDATE cinder.volumes v JOIN cinder.volume_attachment a ON a.volume_id = v.id AND a.deleted = 0
   SET v.status = 'reserved', v.attach_status = 'reserved', v.updated_at = UTC_TIMESTAMP() WHERE a.instance_uuid = @uuid;
UPDATE nova.migrations SET status = 'post-migrating', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instances SET host = @host, node = @host, task_state = 'resize_migrated', updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_resize_instance' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
