-- nova compute/api.py _delete of an instance whose host is down: _local_delete (objects/instance.py destroy). @uuid.
UPDATE nova.instances SET vm_state = 'deleted', task_state = NULL, deleted = id, deleted_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP()
 WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.migrations SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = CONVERT(@uuid USING ascii) AND deleted = 0;
UPDATE nova.instance_faults SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = CONVERT(@uuid USING ascii) AND deleted = 0;
UPDATE nova.instance_info_caches SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = CONVERT(@uuid USING ascii) AND deleted = 0;
UPDATE nova.block_device_mapping SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
