-- Evacuations of one instance that explain room which placement holds for it elsewhere: those under way, and those that are done and
-- whose source has not yet cleaned up (nova compute/manager.py: _destroy_evacuated_instances makes 'completed' of 'done').
-- :param instance_uuid text
-- :reads migrations :rows many
SELECT m.source_node
     , m.dest_node
     , m.status
  FROM migrations AS m
 WHERE m.instance_uuid = @instance_uuid
   AND m.migration_type = 'evacuation'
   AND m.status IN ('accepted', 'queued', 'preparing', 'running', 'pre-migrating', 'migrating', 'post-migrating', 'done')
   AND m.deleted = 0
 ORDER BY m.id;
