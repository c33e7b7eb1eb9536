-- The resource providers that hold an instance's allocations: more than one means nested ones (bandwidth, vGPU, PCI), or an
-- evacuation of before that its old host has not yet cleaned up after.
-- :param consumer_id text
-- :reads allocations resource_providers :rows many
SELECT p.uuid
     , p.name
  FROM allocations        AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
 WHERE a.consumer_id = @consumer_id
 GROUP BY p.id, p.uuid, p.name
 ORDER BY p.id;
