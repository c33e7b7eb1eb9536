-- The instance's compute_id names another compute node than its node does. From 2023.2 on nova uses the id.
-- :check N39 instance-compute-id
-- :severity high
-- :title instance whose compute_id names another node
-- :database cell
-- :subject instance
-- :needs instances.compute_id
-- :message instance '{name}' is on node {node}, but its compute_id {compute_id} is node {node_of_id}
-- :remedy evac-manage instance show {subject}
-- :reads instances compute_nodes
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.node
     , i.compute_id
     , c.hypervisor_hostname AS node_of_id
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM instances AS i
  LEFT JOIN compute_nodes AS c ON c.id = i.compute_id AND c.deleted = 0
 WHERE i.compute_id IS NOT NULL
   AND i.node IS NOT NULL
   AND NOT (BINARY c.hypervisor_hostname <=> BINARY i.node)
   AND i.deleted = 0
 ORDER BY i.uuid;
