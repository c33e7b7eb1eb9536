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
SELECT o.backend AS subject
     , o.backend AS host
     , SUM(o.n) AS volumes
     , SUM(o.gb) AS gb
     , MIN(o.example) AS example
  FROM (SELECT BINARY v.host AS owner, MIN(SUBSTRING_INDEX(v.host, '#', 1)) AS backend, COUNT(*) AS n, SUM(v.size) AS gb, MIN(v.id) AS example
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.cluster_name IS NULL
           AND v.deleted = 0
         GROUP BY owner) AS o
  LEFT JOIN services AS s ON BINARY s.host = BINARY o.backend AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE s.id IS NULL
 GROUP BY BINARY o.backend
 ORDER BY subject;
