-- Volumes name another service's uuid than that of the backend that owns them, as cinder-manage volume update_host leaves it.
-- The old service's record can then not be purged.
-- :check A16 volume-service-uuid
-- :severity medium
-- :title volumes that name another service than their owner
-- :database cinder
-- :subject backend
-- :message {volumes} volumes of {subject} name service {named_uuid}, but their owner's is {owner_uuid}
-- :remedy evac-manage volume update_service
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , o.service_uuid AS named_uuid
     , s.uuid AS owner_uuid
     , SUM(o.n) AS volumes
  FROM (SELECT BINARY MIN(v.host) AS owner, MIN(v.service_uuid) AS service_uuid, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(CONCAT_WS('\n', v.host, v.service_uuid), 256))) AS o -- without a uuid: without a line for it
  STRAIGHT_JOIN (SELECT x.host, x.uuid, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'cinder-volume'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY SUBSTRING_INDEX(o.owner, '#', 1), 255) AND BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1)
 WHERE NOT (BINARY o.service_uuid <=> BINARY s.uuid)
   AND s.uuid IS NOT NULL
 GROUP BY s.host, o.service_uuid, s.uuid
 ORDER BY subject, named_uuid;
