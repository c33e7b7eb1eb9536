-- Two live compute nodes have one hypervisor name, under different hosts. Placement has one provider for both, and may count
-- either of them.
-- :check N22 compute-node-twice
-- :severity high
-- :title compute node with more than one record
-- :database cell
-- :subject node
-- :message node {subject} has {rows_of_it} records, of hosts {hosts}
-- :remedy evac-manage service list; openstack hypervisor list --long
-- :reads compute_nodes
SELECT MIN(c.hypervisor_hostname) AS subject
     , MIN(c.host) AS host
     , COUNT(*) AS rows_of_it
     , GROUP_CONCAT(c.host ORDER BY c.id SEPARATOR ', ') AS hosts
     , GROUP_CONCAT(c.id ORDER BY c.id SEPARATOR ', ') AS ids
  FROM compute_nodes AS c
 WHERE c.deleted = 0
 GROUP BY BINARY c.hypervisor_hostname
HAVING COUNT(*) > 1
 ORDER BY subject;
