-- Placement offers the CPUs of a provider that is no live compute node of any cell. An instance that is scheduled to it fails.
-- :check P04 provider-without-compute-node
-- :severity medium
-- :title resource provider without a compute node
-- :database placement
-- :subject provider
-- :rule absent
-- :with with_compute_nodes
-- :message provider {provider} ({subject}) is no compute node of any cell
-- :remedy openstack resource provider show --allocations {subject}; openstack resource provider delete {subject}
-- :param from text
-- :param to text
-- :reads resource_providers inventories
SELECT p.uuid AS k
     , p.uuid AS subject
     , p.name AS host
     , p.name AS provider
  FROM resource_providers AS p
 WHERE p.uuid >= @from
   AND p.uuid <= @to
   AND p.parent_provider_id IS NULL
   AND EXISTS (SELECT 1 FROM inventories AS v WHERE v.resource_provider_id = p.id AND v.resource_class_id = 0)
 ORDER BY p.uuid;
