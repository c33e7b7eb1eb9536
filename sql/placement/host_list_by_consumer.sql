-- The hosts (root providers) on which placement holds memory for some instances: every instance has some, and never from a shared provider.
-- :param consumer_ids list  in the client one
-- :reads allocations resource_providers :rows many
SELECT a.consumer_id
     , r.uuid
     , r.name
  FROM allocations        AS a
  JOIN resource_providers AS p ON p.id = a.resource_provider_id
  JOIN resource_providers AS r ON r.id = COALESCE(p.root_provider_id, p.id)
 WHERE a.consumer_id IN (@consumer_ids)
   AND a.resource_class_id = 1
 GROUP BY a.consumer_id, r.id, r.uuid, r.name
 ORDER BY a.consumer_id, r.id;
