-- A disabled backend still owns volumes. That is right during maintenance, and easily forgotten after it.
-- :check A38 backend-disabled
-- :severity low
-- :title disabled backend that owns volumes
-- :database cinder
-- :subject backend
-- :message {subject} is disabled ({disabled_reason}) and owns {volumes} volumes
-- :remedy cinder service-enable {subject} cinder-volume
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , COALESCE(s.disabled_reason, 'no reason given') AS disabled_reason
     , SUM(o.n) AS volumes
  FROM (SELECT BINARY v.host AS owner, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY owner) AS o
  JOIN services AS s ON BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1) AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE s.disabled = 1
 GROUP BY s.id, s.host, s.disabled_reason
 ORDER BY subject;
