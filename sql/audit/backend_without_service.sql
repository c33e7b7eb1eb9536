-- Volumes belong to a backend that has no service row. Nothing that is asked of them is ever done: a delete stays 'deleting', a
-- detach runs into a timeout.
-- :check A11 backend-without-service
-- :severity critical
-- :title backend that owns volumes and has no service
-- :database cinder
-- :subject backend
-- :message {volumes} volumes belong to {subject}, which has no cinder-volume service
-- :remedy evac-manage volume update_host --currenthost {subject} --newhost LIVE-HOST@BACKEND
-- :reads volumes services
SELECT CONVERT(SUBSTRING_INDEX(o.owner, '#', 1) USING utf8) AS subject
     , CONVERT(SUBSTRING_INDEX(o.owner, '#', 1) USING utf8) AS host
     , SUM(o.n) AS volumes
     , SUM(o.gb) AS gb
  FROM (SELECT BINARY v.host AS owner, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.cluster_name IS NULL
           AND v.deleted = 0
         GROUP BY owner) AS o
  LEFT JOIN services AS s ON BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1) AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE s.id IS NULL
 GROUP BY SUBSTRING_INDEX(o.owner, '#', 1)
 ORDER BY subject;
