-- nova compute/manager.py rebuild_instance: the migration is 'failed', the instance gets its fault and its state, the event ends.
-- @uuid, @request, @host, @vm_state, @trace, @migration.
UPDATE nova.migrations SET status = 'failed', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instances SET vm_state = @vm_state, task_state = NULL, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
INSERT INTO nova.instance_faults (created_at, instance_uuid, code, message, details, host, deleted)
VALUES (UTC_TIMESTAMP(), @uuid, 500, 'Build of instance aborted', @trace, @host, 0);
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Error', e.traceback = @trace
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_rebuild_instance' AND e.result IS NULL;
UPDATE nova.instance_actions SET message = 'Error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
