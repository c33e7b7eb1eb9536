-- Evacuations of one failed host that a nova-compute is about to start and holds until neutron has plugged the instance's ports (nova
-- compute/manager.py: rebuild_instance sets both states before the driver's spawn).
-- :param source_compute text
-- :reads migrations instances :rows many
SELECT m.uuid AS migration_uuid
     , m.instance_uuid
     , m.status
     , m.dest_compute
     , i.vm_state
     , i.task_state
  FROM migrations AS m
  JOIN instances  AS i ON i.uuid = CONVERT(m.instance_uuid USING ascii) AND i.deleted = 0
 WHERE m.source_compute = @source_compute
   AND m.migration_type = 'evacuation'
   AND m.status         = 'pre-migrating'
   AND i.task_state     = 'rebuild_spawning'
   AND m.deleted        = 0
 ORDER BY m.id;
