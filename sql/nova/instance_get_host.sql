-- One instance as it is now.
-- :param id text
-- :reads instances :rows one
SELECT i.host
     , i.vm_state
     , i.task_state
  FROM instances AS i
 WHERE i.uuid = @id
   AND i.deleted = 0
 ORDER BY i.id;
