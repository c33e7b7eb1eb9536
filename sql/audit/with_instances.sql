-- Every live instance, by uuid.
-- :stream
-- :database cells
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
     , i.host AS instance_host
     , i.vm_state AS vm_state
     , i.task_state AS task_state
  FROM instances AS i
 WHERE i.uuid >= @from
   AND i.uuid <= @to
   AND i.deleted = 0
 ORDER BY i.uuid;
