-- What every resource provider has of every class: as much as placement would give away, reserved taken off and the allocation ratio
-- applied, what is allocated already, and in which portions. root: the provider at the top of its tree, which a compute node's is, by
-- its uuid. class_name: NULL where placement keeps the standard ones in its code (before Stein).
-- :reads resource_providers inventories allocations resource_classes :rows many
SELECT COALESCE(r.uuid, p.uuid)                                                  AS root
     , p.uuid
     , p.name
     , i.resource_class_id                                                       AS class
     , c.name                                                                    AS class_name
     , CAST(FLOOR((i.total - i.reserved) * i.allocation_ratio) AS SIGNED)        AS capacity
     , CAST(COALESCE((SELECT SUM(a.used)
                        FROM allocations AS a
                       WHERE a.resource_provider_id = p.id
                         AND a.resource_class_id = i.resource_class_id), 0) AS SIGNED) AS used
     , i.min_unit
     , i.max_unit
     , i.step_size
  FROM resource_providers      AS p
  JOIN inventories             AS i ON i.resource_provider_id = p.id
  LEFT JOIN resource_providers AS r ON r.id = p.root_provider_id
  LEFT JOIN resource_classes   AS c ON c.id = i.resource_class_id
 ORDER BY p.name, p.id, i.resource_class_id;
