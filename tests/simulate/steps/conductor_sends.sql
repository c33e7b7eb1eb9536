-- nova conductor/manager.py rebuild_instance: the compute has its message, and the event ends. @uuid, @request.
SELECT MIN(e.id) INTO @event FROM nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'rebuild_server';
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Success'
 WHERE id = @event;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
