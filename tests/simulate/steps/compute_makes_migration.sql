-- nova compute/resource_tracker.py _create_migration: of an instance that the conductor has found no accepted one for. rebuild_instance does not
-- know it: it stays 'pre-migrating' however the build ends. @uuid, @request, @host.
INSERT INTO nova.migrations (created_at, uuid, source_compute, source_node, dest_compute, dest_node, dest_host, old_instance_type_id,
       new_instance_type_id, status, instance_uuid, migration_type, hidden, cross_cell_move, user_id, project_id, deleted)
SELECT UTC_TIMESTAMP(), INSERT(INSERT(INSERT(INSERT(MD5(CONCAT(@request, (SELECT COUNT(*) FROM nova.migrations))), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'), host, node, @host, @host, '127.0.0.1',
       instance_type_id, instance_type_id, 'pre-migrating', uuid, 'evacuation', 0, 0, user_id, project_id, 0
  FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
