-- nova compute/manager.py stop_instance when the instance's task state is neither 'powering-off' nor none: UnexpectedTaskStateError, which
-- reverts_task_state leaves alone; the event ends, and wrap_instance_fault. @uuid, @request, @host, @message, @trace.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_stop_instance', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
INSERT INTO nova.instance_faults (created_at, instance_uuid, code, message, details, host, deleted)
SELECT UTC_TIMESTAMP(), uuid, 500, @message, @trace, @host, 0 FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
  JOIN (SELECT MIN(id) AS id FROM nova.instance_actions_events WHERE event = 'compute_stop_instance' GROUP BY action_id) x ON x.id = e.id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Error', e.traceback = @trace, e.details = @message
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request;
UPDATE nova.instance_actions SET message = 'Error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
