-- Live volumes name a service whose record is deleted. Cinder's purge fails on that record, and with it the whole purge.
-- :check A45 volume-service-deleted
-- :severity medium
-- :title volumes that name a deleted service
-- :database cinder
-- :subject service
-- :message {volumes} volumes name service {subject} ({host}), which was deleted at {deleted_at}
-- :remedy evac-manage volume update_service
-- :reads volumes services
SELECT s.uuid AS subject
     , s.host AS host
     , s.deleted_at
     , o.n AS volumes
  FROM (SELECT v.service_uuid, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.service_uuid IS NOT NULL
           AND v.deleted = 0
         GROUP BY v.service_uuid) AS o
  JOIN services AS s ON s.uuid = CONVERT(o.service_uuid USING ascii) AND s.deleted = 1
 ORDER BY subject;
