-- nova compute/manager.py rebuild_instance (its wrap_instance_event) and resource_tracker.py _claim_existing_migration.
-- @uuid, @request, @host, @migration.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'compute_rebuild_instance', id, UTC_TIMESTAMP(), @host, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
UPDATE nova.migrations SET status = 'pre-migrating', dest_compute = @host, dest_node = @host, dest_host = '127.0.0.1', updated_at = UTC_TIMESTAMP()
 WHERE id = @migration;
