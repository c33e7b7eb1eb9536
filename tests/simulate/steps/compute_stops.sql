-- nova compute/manager.py stop_instance (its wrap_instance_event), of a guest that runs on @host (@power 4), or is not there (0): then of an instance
-- that is elsewhere, too. @uuid, @request, @host, @power. What ends is the
-- action's first event of the name (db/main/api.py action_event_finish), whichever has begun.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_stop_instance', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.instances SET vm_state = 'stopped', task_state = NULL, power_state = @power, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
  JOIN (SELECT MIN(id) AS id FROM nova.instance_actions_events WHERE event = 'compute_stop_instance' GROUP BY action_id) x ON x.id = e.id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
