-- nova conductor/manager.py migrate_server, conductor/tasks/migrate.py: its events, and the migration, which knows no destination yet.
-- @uuid, @request, @controller.
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'conductor_migrate_server', id, UTC_TIMESTAMP(), @controller, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
INSERT INTO nova.instance_actions_events (created_at, event, action_id, start_time, host, deleted)
SELECT UTC_TIMESTAMP(), 'cold_migrate', id, UTC_TIMESTAMP(), @controller, 0 FROM nova.instance_actions
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
INSERT INTO nova.migrations (created_at, uuid, source_compute, source_node, old_instance_type_id, new_instance_type_id, status, instance_uuid,
       migration_type, hidden, cross_cell_move, user_id, project_id, deleted)
SELECT UTC_TIMESTAMP(), INSERT(INSERT(INSERT(INSERT(MD5(@request), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'), host, node, instance_type_id,
       instance_type_id, 'pre-migrating', uuid, 'migration', 0, 0, user_id, project_id, 0 FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'cold_migrate' AND e.result IS NULL;
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Success'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'conductor_migrate_server' AND e.result IS NULL;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
