-- The record that the conductor looks for before it does anything: same instance, same request id.
-- :param instance_uuid text
-- :param request_id    text
-- :param user_id       text
-- :param project_id    text
-- :writes instance_actions :rows 1
INSERT INTO instance_actions
       (created_at, updated_at, deleted, action, instance_uuid, request_id, user_id, project_id, start_time)
VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, 'evacuate', @instance_uuid, @request_id, @user_id, @project_id, UTC_TIMESTAMP());
