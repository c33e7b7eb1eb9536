-- Instances are on a host and node without a live compute node. The resource tracker does not count them, and nova-scheduler
-- offers their capacity again.
-- :check N04 instances-without-compute-node
-- :severity high
-- :title instances without a compute node
-- :database cell
-- :subject host
-- :message {instances} instances are on {subject} node {node}, which has no compute node record
-- :remedy openstack hypervisor list --long; evac-manage host show {subject}
-- :reads instances compute_nodes
SELECT o.host AS subject
     , o.host AS host
     , o.node
     , o.n AS instances
     , o.example
  FROM (SELECT MIN(i.host) AS host, MIN(i.node) AS node, COUNT(*) AS n, MIN(i.uuid) AS example
          FROM instances AS i
         WHERE i.host IS NOT NULL
           AND i.deleted = 0
         GROUP BY BINARY i.host, BINARY i.node) AS o
 WHERE NOT EXISTS (SELECT 1 FROM compute_nodes AS c WHERE BINARY c.hypervisor_hostname = BINARY o.node AND c.deleted = 0)
 ORDER BY subject, o.node;
