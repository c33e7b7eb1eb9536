-- nova compute/manager.py _do_rebuild_instance: _update_instance_after_spawn. @uuid, @host.
UPDATE nova.instances SET vm_state = 'active', task_state = NULL, power_state = 1, launched_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP()
 WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": false', '"active": true'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
