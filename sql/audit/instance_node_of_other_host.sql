-- The instance's node belongs to another host than the instance. An interrupted evacuation or a manual change in the database
-- leaves it so.
-- :check N05 instance-node-of-other-host
-- :severity high
-- :title instance whose host and node disagree
-- :database cell
-- :subject instance
-- :message instance '{name}' is on host {host} and node {node}, but the node belongs to {node_host}
-- :remedy evac-manage instance show {subject}
-- :reads instances compute_nodes
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.node
     , c.host AS node_host
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT BINARY c1.hypervisor_hostname AS node, MIN(c1.host) AS host
          FROM compute_nodes AS c1
         WHERE c1.deleted = 0
         GROUP BY node
        HAVING COUNT(*) = 1) AS c
  JOIN instances AS i ON BINARY i.node = c.node AND BINARY i.host <> BINARY c.host AND i.deleted = 0
 ORDER BY i.uuid;
