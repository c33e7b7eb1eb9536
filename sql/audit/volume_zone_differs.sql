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
  FROM (SELECT BINARY v.host AS owner, v.availability_zone, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY owner, v.availability_zone) AS o
  JOIN services AS s ON BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1) AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE NOT (BINARY o.availability_zone <=> BINARY s.availability_zone)
 GROUP BY s.host, o.availability_zone, s.availability_zone
 ORDER BY subject, volume_zone;
