-- nova compute/resource_tracker.py finish_evacuation: then the migration; and the event ends. @uuid, @request, @migration.
UPDATE nova.migrations SET status = 'done', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_rebuild_instance' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
