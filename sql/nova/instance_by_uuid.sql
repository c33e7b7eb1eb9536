-- One instance.
-- :param uuid text
-- :reads instances :rows one
SELECT i.uuid
     , i.id
     , i.display_name AS name
     , i.project_id
     , i.host
     , i.node
     , i.vm_state
     , i.task_state
     , i.power_state
     , i.vcpus
     , i.memory_mb
     , i.root_gb
     , i.image_ref
     , i.launched_at
  FROM instances AS i
 WHERE i.uuid = @uuid
   AND i.deleted = 0
 ORDER BY i.id;
