-- The hosts (root providers) on which placement holds memory for an instance: every instance has some, and never from a shared provider.
-- :param consumer_id text
-- :reads allocations resource_providers :rows many
SELECT r.uuid
     , r.name
  FROM allocations        AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
  JOIN resource_providers AS r ON r.id = COALESCE(p.root_provider_id, p.id)
 WHERE a.consumer_id = @consumer_id
   AND a.resource_class_id = 1
 GROUP BY r.id, r.uuid, r.name
 ORDER BY r.id;
