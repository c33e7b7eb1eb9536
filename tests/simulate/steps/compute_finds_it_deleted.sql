-- nova compute/manager.py rebuild_instance: InstanceNotFound is no error. The migration, which was deleted with its instance, and the event; the
-- claim has made a row for it (objects/instance.py save, which gives its extra a row where it finds none).
-- @uuid, @request, @host, @migration, @claimed.
UPDATE nova.compute_nodes c JOIN nova.instances i ON i.uuid = @uuid
   SET c.vcpus_used = c.vcpus_used - i.vcpus, c.memory_mb_used = c.memory_mb_used - i.memory_mb, c.free_ram_mb = c.memory_mb - c.memory_mb_used,
       c.local_gb_used = c.local_gb_used - IF(i.image_ref = '', 0, i.root_gb), c.free_disk_gb = c.local_gb - c.local_gb_used, c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0 AND @claimed;
INSERT INTO nova.instance_extra (created_at, deleted, instance_uuid, flavor)
SELECT UTC_TIMESTAMP(), 0, instance_uuid, flavor FROM nova.instance_extra WHERE instance_uuid = @uuid ORDER BY id LIMIT 1;
UPDATE nova.migrations SET status = 'failed', updated_at = UTC_TIMESTAMP() WHERE id = @migration;
SELECT MIN(e.id) INTO @event FROM nova.instance_actions_events e JOIN nova.instance_actions a ON a.id = e.action_id
 WHERE a.instance_uuid = CONVERT(@uuid USING ascii) AND a.request_id = @request AND e.event = 'compute_rebuild_instance';
UPDATE nova.instance_actions_events SET finish_time = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), result = 'Success'
 WHERE id = @event;
UPDATE nova.instance_actions SET updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = CONVERT(@uuid USING ascii) AND request_id = @request;
