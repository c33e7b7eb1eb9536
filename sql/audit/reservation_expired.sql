-- Quota reservations have expired and were not removed. The project cannot use the quota that they reserve.
-- :check A44 reservation-expired
-- :severity medium
-- :title expired quota reservations
-- :database cinder
-- :subject project
-- :message project {subject} has {reservations} expired reservations of {resource}, {reserved} in all
-- :remedy evac-manage quota check --project-id {subject}
-- :reads reservations
SELECT r.project_id AS subject
     , NULL AS host
     , r.resource
     , COUNT(*) AS reservations
     , SUM(r.delta) AS reserved
     , TIMESTAMPDIFF(SECOND, MAX(r.expire), UTC_TIMESTAMP()) AS age_s
  FROM reservations AS r
 WHERE r.expire < UTC_TIMESTAMP()
   AND r.deleted = 0
 GROUP BY r.project_id, r.resource
 ORDER BY subject, r.resource;
