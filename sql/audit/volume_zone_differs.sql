-- Volumes are of another availability zone than the service that owns them. Where nova's cross_az_attach is off they can no
-- longer be attached.
-- :check A32 volume-zone-differs
-- :severity medium
-- :title volumes of another zone than their owner
-- :database cinder
-- :subject backend
-- :message {volumes} volumes of {subject} are of zone {volume_zone}, but the service is of {service_zone}
-- :remedy evac-manage volume list --host {subject} -c id -c status
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , o.availability_zone AS volume_zone
     , s.availability_zone AS service_zone
     , SUM(o.n) AS volumes
  FROM (SELECT BINARY MIN(v.host) AS owner, v.availability_zone, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(v.host, 256)), v.availability_zone) AS o
  STRAIGHT_JOIN (SELECT x.host, x.availability_zone, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'cinder-volume'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY SUBSTRING_INDEX(o.owner, '#', 1), 255) AND BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1)
 WHERE NOT (BINARY o.availability_zone <=> BINARY s.availability_zone)
 GROUP BY s.host, o.availability_zone, s.availability_zone
 ORDER BY subject, volume_zone;
