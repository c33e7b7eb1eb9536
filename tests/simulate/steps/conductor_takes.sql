-- nova conductor/manager.py rebuild_instance: its EventReporter begins (db/main/api.py action_event_start). @uuid, @request, @controller.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'rebuild_server', id, UTC_TIMESTAMP(), @controller, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
