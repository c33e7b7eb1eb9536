-- nova conductor/manager.py rebuild_instance: the compute has its message, and the event ends. @uuid, @request.
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Success'
 WHERE action_id IN (SELECT id FROM nova.instance_actions WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request)
   AND event = 'rebuild_server' AND result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
