-- nova compute/manager.py _do_rebuild_instance: _update_instance_after_spawn. That the port is up its cache learns only when it is healed. @uuid.
UPDATE nova.instances SET vm_state = 'active', task_state = NULL, power_state = 1, launched_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP()
 WHERE uuid = @uuid AND deleted = 0;
