-- nova compute/manager.py rebuild_instance: the claim is given back where it had one (@claimed), the migration is 'failed', the instance gets its
-- state and its fault, the event ends, and reverts_task_state clears the task state; but one that was not the expected one it leaves alone, and by
-- then _error_out_instance_on_exception has saved what was still in its object: @task_state, @power (NULL: nothing).
-- @uuid, @request, @host, @migration, @vm_state, @message, @trace.
UPDATE nova.compute_nodes c JOIN nova.instances i ON i.uuid = @uuid
   SET c.vcpus_used = c.vcpus_used - i.vcpus, c.memory_mb_used = c.memory_mb_used - i.memory_mb, c.free_ram_mb = c.memory_mb - c.memory_mb_used,
       c.local_gb_used = c.local_gb_used - IF(i.image_ref = '', 0, i.root_gb), c.free_disk_gb = c.local_gb - c.local_gb_used, c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0 AND @claimed;
UPDATE nova.migrations SET status = 'failed', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instances SET vm_state = @vm_state, task_state = @task_state, power_state = COALESCE(@power, power_state),
       launched_at = IF(@power = 1, UTC_TIMESTAMP(), launched_at), updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
INSERT INTO nova.instance_faults (created_at, instance_uuid, code, message, details, host, deleted)
VALUES (UTC_TIMESTAMP(), @uuid, 500, @message, @trace, @host, 0);
SELECT MIN(e.id) INTO @event FROM nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_rebuild_instance';
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Error', traceback = @trace, details = @message
 WHERE id = @event;
UPDATE nova.instance_actions SET message = 'Error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
