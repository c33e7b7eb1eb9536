-- Placement holds room for the instance on another host than the one it is on. An evacuation leaves it there until the old host
-- comes back and cleans up. Where none explains it, a scheduler has answered a request whose conductor had given up: the room is lost,
-- and nova can force no target for the instance.
-- :check P02 allocation-on-other-host
-- :severity low
-- :title allocation on another host than the instance
-- :database placement
-- :subject instance
-- :rule pair
-- :with with_instances_at_rest
-- :when provider <> instance_node
-- :message {provider} holds room for instance {subject}, which is on {instance_node}; unless an evacuation from {provider} explains it, it is lost, and no target can be forced for the instance
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
