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
  FROM (SELECT BINARY MIN(v.host) AS owner, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(v.host, 256))) AS o
  STRAIGHT_JOIN (SELECT x.id, x.host, x.disabled, x.disabled_reason, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'cinder-volume'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY SUBSTRING_INDEX(o.owner, '#', 1), 255) AND BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1)
 WHERE s.disabled = 1
 GROUP BY s.id, s.host, s.disabled_reason
 ORDER BY subject;
