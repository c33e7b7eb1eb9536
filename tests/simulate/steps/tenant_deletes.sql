-- nova compute/api.py _delete of an instance whose host is down: _local_delete, with its volumes (cinder answers), ports and rows (db/main/api.py
-- instance_destroy; objects/instance.py destroy). @uuid.
UPDATE cinder.volumes v JOIN cinder.volume_attachment a ON a.volume_id = v.id AND a.deleted = 0
   SET v.status = 'available', v.attach_status = 'detached', v.updated_at = UTC_TIMESTAMP() WHERE a.instance_uuid = @uuid;
UPDATE cinder.volume_attachment SET deleted = 1, deleted_at = UTC_TIMESTAMP(), detach_time = UTC_TIMESTAMP(), attach_status = 'detached', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid AND deleted = 0;
DELETE b FROM neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id WHERE p.device_id = @uuid;
DELETE x FROM neutron.provisioningblocks x JOIN neutron.ports p ON p.standard_attr_id = x.standard_attr_id WHERE p.device_id = @uuid;
DELETE FROM neutron.ports WHERE device_id = @uuid;
UPDATE nova.instance_info_caches SET network_info = '[]', deleted = id, deleted_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova.block_device_mapping SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova.instances SET vm_state = 'deleted', task_state = NULL, deleted = id, deleted_at = UTC_TIMESTAMP(), terminated_at = UTC_TIMESTAMP(),
       updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.migrations SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = CONVERT(@uuid USING ascii) AND deleted = 0;
UPDATE nova.instance_faults SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = CONVERT(@uuid USING ascii) AND deleted = 0;
UPDATE nova.instance_extra SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova.instance_metadata SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova.instance_system_metadata SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova_api.instance_mappings SET queued_for_delete = 1, updated_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid;
