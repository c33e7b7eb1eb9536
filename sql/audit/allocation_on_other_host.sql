-- Placement holds an allocation of the instance on another host than the one that runs it. An evacuation leaves one there until
-- the old host starts and cleans up. Without an evacuation, nova-scheduler has claimed it for a request that its conductor had
-- given up: the capacity is lost, and nova accepts no target host for the instance.
-- :check P02 allocation-on-other-host
-- :severity low
-- :title allocation on another host than the instance
-- :database placement
-- :subject instance
-- :rule pair
-- :with with_instances_at_rest
-- :when provider <> instance_node
-- :message {provider} holds an allocation of instance {subject}, which is on {instance_node}; unless an evacuation from {provider} explains it, the capacity is lost and nova accepts no target host for the instance
-- :remedy evac-manage migration list --host {provider}; evac-manage host return {provider}; openstack resource provider allocation unset --provider {provider_uuid} {subject}
-- :param from text
-- :param to text
-- :reads allocations resource_providers
SELECT a.consumer_id AS k
     , a.consumer_id AS subject
     , r.name AS host
     , r.name AS provider
     , r.uuid AS provider_uuid
  FROM allocations AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
  JOIN resource_providers AS r ON r.id = COALESCE(p.root_provider_id, p.id)
 WHERE a.consumer_id >= @from
   AND a.consumer_id <= @to
   AND a.resource_class_id = 1   -- MEMORY_MB: every instance has some, and never from a shared provider
 ORDER BY a.consumer_id;
