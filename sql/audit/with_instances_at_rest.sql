-- Every live instance that is on a host and that nothing is being done to, by uuid.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
     , i.host AS instance_host
     , i.node AS instance_node
     , i.vm_state AS vm_state
  FROM instances AS i
 WHERE i.uuid >= @from
   AND i.uuid <= @to
   AND i.host IS NOT NULL
   AND i.task_state IS NULL
   AND i.deleted = 0
 ORDER BY i.uuid;
