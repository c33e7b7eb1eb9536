-- nova conductor/manager.py rebuild_instance: NoValidHost. Its migration, then the instance with its fault, then its event.
-- @uuid, @request, @controller.
UPDATE nova.migrations SET status = 'error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND status = 'accepted' AND migration_type = 'evacuation';
UPDATE nova.instances SET vm_state = 'error', task_state = NULL, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
INSERT INTO nova.instance_faults (created_at, instance_uuid, code, message, details, host, deleted)
VALUES (UTC_TIMESTAMP(), @uuid, 500, 'No valid host was found. There are not enough hosts available.', 'NoValidHost', @controller, 0);
SELECT MIN(e.id) INTO @event FROM nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'rebuild_server';
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Error',
       traceback = 'nova.exception.NoValidHost: No valid host was found. There are not enough hosts available.',
       details = 'No valid host was found. There are not enough hosts available.'
 WHERE id = @event;
UPDATE nova.instance_actions SET message = 'Error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
