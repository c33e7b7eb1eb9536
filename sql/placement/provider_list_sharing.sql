-- Which resource providers (of a shared disk, say) serve which trees: they have the trait for it and an aggregate in common
-- (placement objects/research_context.py: sharing providers).
-- :reads traits resource_provider_traits resource_providers resource_provider_aggregates :rows many
SELECT s.uuid
     , COALESCE(r.uuid, p.uuid) AS root
  FROM traits                        AS t
  JOIN resource_provider_traits      AS h ON h.trait_id = t.id
  JOIN resource_providers            AS s ON s.id = h.resource_provider_id
  JOIN resource_provider_aggregates  AS a ON a.resource_provider_id = s.id
  JOIN resource_provider_aggregates  AS b ON b.aggregate_id = a.aggregate_id AND b.resource_provider_id <> s.id
  JOIN resource_providers            AS p ON p.id = b.resource_provider_id
  LEFT JOIN resource_providers       AS r ON r.id = p.root_provider_id
 WHERE t.name = 'MISC_SHARES_VIA_AGGREGATE'
 GROUP BY s.id, s.uuid, COALESCE(r.uuid, p.uuid)
 ORDER BY s.id, COALESCE(r.uuid, p.uuid);
