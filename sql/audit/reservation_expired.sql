-- Reservations of quota have expired and were never taken back. What they reserve can be used by nobody.
-- :check A44 reservation-expired
-- :severity medium
-- :title expired reservations of quota
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
