-- What every resource provider has of vCPU (class 0), memory in MB (1) and disk in GB (2): as much as placement would give away,
-- reserved taken off and the allocation ratio applied, and what is allocated already.
-- :reads resource_providers inventories allocations :rows many
SELECT p.uuid
     , p.name
     , i.resource_class_id                                                       AS class
     , CAST(FLOOR((i.total - i.reserved) * i.allocation_ratio) AS SIGNED)        AS capacity
     , CAST(COALESCE((SELECT SUM(a.used)
                        FROM allocations AS a
                       WHERE a.resource_provider_id = p.id
                         AND a.resource_class_id = i.resource_class_id), 0) AS SIGNED) AS used
     , i.max_unit
  FROM resource_providers AS p
  JOIN inventories        AS i ON i.resource_provider_id = p.id
 WHERE i.resource_class_id IN (0, 1, 2)
 ORDER BY p.name, p.id, i.resource_class_id;
