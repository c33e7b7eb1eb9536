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
         GROUP BY UNHEX(SHA2(i.host, 256)), UNHEX(SHA2(i.node, 256))) AS o
  LEFT JOIN (SELECT n.hypervisor_hostname AS node, LEFT(BINARY n.hypervisor_hostname, 255) AS at
               FROM compute_nodes AS n
              WHERE n.deleted = 0
              LIMIT 18446744073709551615) AS c ON c.at = LEFT(BINARY o.node, 255) AND BINARY c.node = BINARY o.node
 WHERE c.at IS NULL
 ORDER BY subject, o.node, BINARY o.host, BINARY o.node;
