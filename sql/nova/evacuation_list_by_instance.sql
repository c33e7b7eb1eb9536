-- Evacuations of some instances that explain room which placement holds for them elsewhere: those under way, and those that are done and
-- whose source has not yet cleaned up (nova compute/manager.py: _destroy_evacuated_instances makes 'completed' of 'done').
-- :param instance_uuids list  in the client one
-- :reads migrations :rows many
SELECT m.instance_uuid
     , m.source_node
     , m.dest_node
     , m.status
  FROM migrations AS m
 WHERE m.instance_uuid IN (@instance_uuids)
   AND m.migration_type = 'evacuation'
   AND m.status IN ('accepted', 'queued', 'preparing', 'running', 'pre-migrating', 'migrating', 'post-migrating', 'done')
   AND m.deleted = 0
 ORDER BY m.instance_uuid, m.id;
