-- The resource providers that hold the allocations of some instances: more than one of an instance means nested ones (bandwidth, vGPU,
-- PCI), or an evacuation of before that its old host has not yet cleaned up after.
-- :param consumer_ids list  in the client one
-- :reads allocations resource_providers :rows many
SELECT a.consumer_id
     , p.uuid
     , p.name
  FROM allocations        AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
 WHERE a.consumer_id IN (@consumer_ids)
 GROUP BY a.consumer_id, p.id, p.uuid, p.name
 ORDER BY a.consumer_id, p.id;
