-- Two live service records have the same host and binary. Only one of them gets heartbeats; the other looks like a dead
-- service, and volumes may name either.
-- :check A14 cinder-service-twice
-- :severity medium
-- :title cinder service with more than one record
-- :database cinder
-- :subject service
-- :message {rows_of_it} records of {kind} on {host} (ids {ids})
-- :remedy evac-manage service list --host {host}; evac-manage volume update_service
-- :reads services
SELECT CONCAT(MIN(s.`binary`), ' ', MIN(s.host)) AS subject
     , MIN(s.host) AS host
     , MIN(s.`binary`) AS kind
     , COUNT(*) AS rows_of_it
     , GROUP_CONCAT(s.id ORDER BY s.id SEPARATOR ', ') AS ids
  FROM services AS s
 WHERE s.host IS NOT NULL
   AND s.deleted = 0
 GROUP BY BINARY s.host, s.`binary`
HAVING COUNT(*) > 1
 ORDER BY subject;
