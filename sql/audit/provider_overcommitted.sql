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
     , a.used
     , TIMESTAMPDIFF(SECOND, a.created_at, UTC_TIMESTAMP()) AS age_s
  FROM (SELECT x.resource_provider_id, x.resource_class_id, SUM(x.used) AS used, MAX(x.created_at) AS created_at
          FROM allocations AS x
         GROUP BY x.resource_provider_id, x.resource_class_id) AS a
  STRAIGHT_JOIN inventories AS v ON v.resource_provider_id = a.resource_provider_id AND v.resource_class_id = a.resource_class_id
  STRAIGHT_JOIN resource_providers AS p ON p.id = v.resource_provider_id
 WHERE a.used > (v.total - v.reserved) * v.allocation_ratio
 ORDER BY subject, v.resource_class_id;
