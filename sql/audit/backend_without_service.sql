-- Volumes belong to a backend that has no service record. No operation on them is ever carried out: a delete stays 'deleting',
-- a detach times out.
-- :check A11 backend-without-service
-- :severity critical
-- :title backend without a service that owns volumes
-- :database cinder
-- :subject backend
-- :message {volumes} volumes belong to {subject}, which has no cinder-volume service
-- :remedy evac-manage volume list --host {subject}; evac-manage volume update_host --currenthost {subject} --newhost {newhost}
-- :param down int
-- :reads volumes services
SELECT CONVERT(o.backend USING utf8) AS subject
     , CONVERT(o.backend USING utf8) AS host
     , SUM(o.n) AS volumes
     , SUM(o.gb) AS gb
     , MIN(o.cluster) AS cluster
     , (SELECT MIN(l.host)
          FROM services AS l
         WHERE l.`binary` = 'cinder-volume'
           AND COALESCE(l.disabled, 0) = 0
           AND l.cluster_name IS NULL
           AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND BINARY SUBSTRING_INDEX(l.host, '@', -1) = BINARY SUBSTRING_INDEX(o.backend, '@', -1)
           AND l.deleted = 0) AS newhost
  FROM (SELECT BINARY SUBSTRING_INDEX(v.host, '#', 1) AS backend, BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) AS cluster, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY backend, cluster) AS o
  LEFT JOIN services AS s ON BINARY s.host = o.backend AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE s.id IS NULL
   AND (o.cluster IS NULL OR NOT EXISTS (SELECT 1
                                          FROM services AS m
                                         WHERE BINARY m.cluster_name = o.cluster
                                           AND m.`binary` = 'cinder-volume'
                                           AND m.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                                           AND m.deleted = 0))
 GROUP BY o.backend
 ORDER BY subject;
