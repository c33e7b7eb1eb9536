-- A compute node record remains after its nova-compute record was deleted. Its resources are still offered, and a new host of
-- the same name meets it.
-- :check N23 compute-node-without-service
-- :severity medium
-- :title compute node without a nova-compute
-- :database cell
-- :subject node
-- :message node {subject} of {host} has no nova-compute service
-- :remedy openstack resource provider list --name {subject}; evac-manage service list --host {host}
-- :reads compute_nodes services
SELECT c.hypervisor_hostname AS subject
     , c.host AS host
     , c.id AS compute_node_id
     , c.uuid
     , c.updated_at
  FROM compute_nodes AS c
  LEFT JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at FROM services AS x WHERE x.`binary` = 'nova-compute' AND x.deleted = 0 LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY c.host, 255) AND BINARY s.host = BINARY c.host
 WHERE s.at IS NULL
   AND c.deleted = 0
 ORDER BY c.id;
