-- The addresses in keystone's catalog that are in use: of each service by interface and region.
-- :reads endpoint service :rows many
SELECT s.type
     , e.interface
     , e.region_id AS region
     , e.url
  FROM endpoint AS e -- deleted: keystone keeps no deleted rows
  JOIN service AS s
    ON s.id = CONVERT(e.service_id USING ascii)
 WHERE e.enabled = 1
   AND s.enabled = 1
 ORDER BY s.type, e.interface, e.region_id, e.id;
