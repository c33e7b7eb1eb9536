-- Instances of exactly this name; names are not unique.
-- :param name text
-- :reads instances :rows many
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
 WHERE BINARY i.display_name = BINARY @name
   AND i.deleted = 0
 ORDER BY i.id;
