-- Placement holds room for something that is no live instance and no migration of any cell. The room is lost until the allocation
-- is taken away.
-- :check P01 allocation-unknown-consumer
-- :severity medium
-- :title allocation of something that is gone
-- :database placement
-- :subject consumer
-- :rule absent
-- :with with_consumers
-- :message {provider} holds {resources} resource classes for {subject}, which no cell has
-- :remedy openstack resource provider allocation delete {subject}
-- :param from text
-- :param to text
-- :reads allocations resource_providers
SELECT a.consumer_id AS k
     , a.consumer_id AS subject
     , MIN(p.name) AS host
     , MIN(p.name) AS provider
     , COUNT(*) AS resources
  FROM allocations AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
 WHERE a.consumer_id >= @from
   AND a.consumer_id <= @to
 GROUP BY a.consumer_id
 ORDER BY a.consumer_id;
