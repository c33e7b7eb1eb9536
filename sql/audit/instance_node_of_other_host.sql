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
  FROM (SELECT n.id   -- nearly all are on a node of their host, as the index says; what is left is compared with all nodes
          FROM instances          AS n
          LEFT JOIN compute_nodes AS own ON own.host = CONVERT(n.host USING ascii) AND own.hypervisor_hostname = CONVERT(n.node USING ascii)
               AND BINARY own.host = BINARY n.host AND BINARY own.hypervisor_hostname = BINARY n.node AND own.deleted = 0
         WHERE n.host IS NOT NULL
           AND n.node IS NOT NULL
           AND own.id IS NULL
           AND n.deleted = 0
         LIMIT 18446744073709551615) AS odd
  STRAIGHT_JOIN instances AS i ON i.id = odd.id AND i.deleted = 0
  STRAIGHT_JOIN (SELECT BINARY c1.hypervisor_hostname AS node, MIN(LEFT(BINARY c1.hypervisor_hostname, 255)) AS at, MIN(c1.host) AS host
          FROM compute_nodes AS c1
         WHERE c1.deleted = 0
         GROUP BY node
        HAVING COUNT(*) = 1) AS c ON c.at = LEFT(BINARY i.node, 255) AND c.node = BINARY i.node AND BINARY i.host <> BINARY c.host
 ORDER BY i.uuid;
