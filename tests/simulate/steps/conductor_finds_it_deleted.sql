-- nova conductor/manager.py rebuild_instance of an instance that was deleted: it meets its ports or itself not found, and ends its event; nothing
-- else. @uuid, @request.
UPDATE nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
   SET e.finish_time = UTC_TIMESTAMP(), e.updated_at = UTC_TIMESTAMP(), e.result = 'Error',
       e.traceback = 'nova.exception.PortNotFound', e.details = 'Port id could not be found.'
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'rebuild_server' AND e.result IS NULL;
UPDATE nova.instance_actions SET message = 'Error', updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
