-- More of a resource is allocated on the provider than it offers. Nova-scheduler no longer chooses it, and an evacuation back
-- to it fails.
-- :check P07 provider-overcommitted
-- :severity medium
-- :title resource provider with more allocated than it offers
-- :database placement
-- :subject provider
-- :message {provider} offers {offered} of resource class {resource_class_id}, but {used} are allocated
-- :remedy openstack resource provider show --allocations {subject}
-- :reads resource_providers inventories allocations
SELECT p.uuid AS subject
     , p.name AS host
     , p.name AS provider
     , v.resource_class_id
     , FLOOR((v.total - v.reserved) * v.allocation_ratio) AS offered
     , SUM(a.used) AS used
     , TIMESTAMPDIFF(SECOND, MAX(a.created_at), UTC_TIMESTAMP()) AS age_s
  FROM inventories AS v
  JOIN resource_providers AS p ON p.id = v.resource_provider_id
  JOIN allocations AS a ON a.resource_provider_id = v.resource_provider_id AND a.resource_class_id = v.resource_class_id
 GROUP BY p.uuid, p.name, v.resource_class_id, v.total, v.reserved, v.allocation_ratio
HAVING SUM(a.used) > (v.total - v.reserved) * v.allocation_ratio
 ORDER BY subject, v.resource_class_id;
