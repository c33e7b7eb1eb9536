-- nova compute/resource_tracker.py finish_evacuation: then the migration; and the event ends. @uuid, @request, @migration.
UPDATE nova.migrations SET status = 'done', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Success'
 WHERE action_id IN (SELECT id FROM nova.instance_actions WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request)
   AND event = 'compute_rebuild_instance' AND result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
