-- nova compute/api.py resize without a flavor, which is a cold migration; refused where the host is down. @uuid, @request.
UPDATE nova.instances SET task_state = 'resize_prep', progress = 0, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
INSERT INTO nova.instance_actions (created_at, updated_at, action, instance_uuid, request_id, user_id, project_id, start_time, deleted)
SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'migrate', uuid, @request, user_id, project_id, UTC_TIMESTAMP(), 0 FROM nova.instances WHERE uuid = @uuid AND deleted = 0;
