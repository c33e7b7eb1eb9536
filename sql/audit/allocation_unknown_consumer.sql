-- Placement holds an allocation for a consumer that is no live instance and no migration of any cell. The capacity is lost
-- until the allocation is deleted.
-- :check P01 allocation-unknown-consumer
-- :severity medium
-- :title allocation of a consumer that no longer exists
-- :database placement
-- :subject consumer
-- :rule absent
-- :with with_consumers
-- :first with_allocations with_instances_alone
-- :message {provider} holds an allocation of {resources} resource classes for {subject}, which is in no cell
-- :remedy openstack resource provider allocation delete {subject}
-- :param from text
-- :param to text
-- :reads allocations resource_providers
SELECT o.consumer_id AS k
     , o.consumer_id AS subject
     , p.name AS host
     , p.name AS provider
     , o.resources
  FROM (SELECT a.consumer_id, MIN(a.resource_provider_id) AS provider_id, COUNT(*) AS resources
          FROM allocations AS a
         WHERE a.consumer_id >= @from
           AND a.consumer_id <= @to
         GROUP BY a.consumer_id) AS o
  JOIN resource_providers AS p ON p.id = o.provider_id
 ORDER BY o.consumer_id;
