-- Every live compute node, by uuid.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads compute_nodes
SELECT c.uuid AS k
     , c.hypervisor_hostname AS node
     , c.host AS node_host
  FROM compute_nodes AS c
 WHERE c.uuid >= @from
   AND c.uuid <= @to
   AND c.deleted = 0
 ORDER BY c.uuid;
