-- nova compute/api.py confirm_resize. @uuid, @request, @migration.
UPDATE nova.migrations SET status = 'confirming', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
INSERT INTO nova.instance_actions (created_at, updated_at, action, instance_uuid, request_id, user_id, project_id, start_time, deleted)
SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'confirmResize', uuid, @request, user_id, project_id, UTC_TIMESTAMP(), 0 FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
