-- nova conductor/manager.py rebuild_instance: the compute has its message, and the event ends. @uuid, @request.
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'rebuild_server' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
