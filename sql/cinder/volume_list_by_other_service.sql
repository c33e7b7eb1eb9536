-- Volumes whose service_uuid is not the one of the service that serves them. A volume comes once for each service row of its backend.
-- :reads volumes services :rows many
SELECT v.id
     , v.display_name AS name
     , v.host
     , v.service_uuid
     , s.uuid         AS owner_uuid
     , s.host         AS owner_host
  FROM services AS s
  JOIN volumes AS v ON BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY s.host
 WHERE s.`binary` = 'cinder-volume'
   AND s.uuid IS NOT NULL
   AND s.deleted = 0
   AND NOT (BINARY v.service_uuid <=> BINARY s.uuid)
   AND v.cluster_name IS NULL
   AND v.deleted = 0
 ORDER BY s.host, v.id;
