-- nova compute/resource_tracker.py finish_evacuation: then the migration; and the event ends: the first of its name (db/main/api.py action_event_finish), whoever has begun it. @uuid, @request, @migration.
UPDATE nova.migrations SET status = 'done', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
SELECT MIN(e.id) INTO @event FROM nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_rebuild_instance';
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Success'
 WHERE id = @event;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
