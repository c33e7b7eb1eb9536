-- How far one evacuation is: the instance beside its migration.
-- :param migration_uuid text
-- :reads instances migrations :rows one
SELECT i.uuid
     , i.host
     , i.node
     , i.vm_state
     , i.task_state
     , m.id           AS migration_id
     , m.status       AS migration_status
     , m.dest_compute
  FROM migrations AS m
  JOIN instances  AS i ON i.uuid = m.instance_uuid
 WHERE m.uuid = @migration_uuid
 ORDER BY m.id;
