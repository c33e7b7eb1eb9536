-- nova compute/manager.py _do_rebuild_instance of an instance that was stopped: "bringing vm to original state". @uuid, @request, @host.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_stop_instance', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.instances SET vm_state = 'stopped', task_state = NULL, power_state = 4, progress = 0, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_stop_instance' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
