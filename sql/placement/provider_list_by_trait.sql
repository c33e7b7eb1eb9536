-- Which resource providers have one trait.
-- :param name text
-- :reads traits resource_provider_traits resource_providers :rows many
SELECT p.uuid
     , COALESCE(r.uuid, p.uuid) AS root
  FROM traits                   AS t
  JOIN resource_provider_traits AS h ON h.trait_id = t.id
  JOIN resource_providers       AS p ON p.id = h.resource_provider_id
  LEFT JOIN resource_providers  AS r ON r.id = p.root_provider_id
 WHERE BINARY t.name = BINARY @name
 ORDER BY p.id;
