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
     , MIN(n.host) AS newhost
  FROM (SELECT BINARY MIN(SUBSTRING_INDEX(v.host, '#', 1)) AS backend, BINARY MIN(SUBSTRING_INDEX(v.cluster_name, '#', 1)) AS cluster, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(SUBSTRING_INDEX(v.host, '#', 1), 256)), UNHEX(SHA2(SUBSTRING_INDEX(v.cluster_name, '#', 1), 256))) AS o
  LEFT JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at
               FROM services AS x
              WHERE x.`binary` = 'cinder-volume'
                AND x.deleted = 0
              LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY o.backend, 255) AND BINARY s.host = o.backend
  LEFT JOIN (SELECT BINARY m.cluster_name AS name, MIN(LEFT(BINARY m.cluster_name, 255)) AS at
               FROM services AS m
              WHERE m.cluster_name IS NOT NULL
                AND m.`binary` = 'cinder-volume'
                AND m.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                AND m.deleted = 0
              GROUP BY name) AS c ON c.at = LEFT(BINARY o.cluster, 255) AND c.name = o.cluster
  LEFT JOIN (SELECT BINARY SUBSTRING_INDEX(l.host, '@', -1) AS backend, MIN(LEFT(BINARY SUBSTRING_INDEX(l.host, '@', -1), 255)) AS at, MIN(l.host) AS host
               FROM services AS l
              WHERE l.`binary` = 'cinder-volume'
                AND COALESCE(l.disabled, 0) = 0
                AND l.cluster_name IS NULL
                AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                AND l.deleted = 0
              GROUP BY backend) AS n ON n.at = LEFT(BINARY SUBSTRING_INDEX(o.backend, '@', -1), 255) AND n.backend = BINARY SUBSTRING_INDEX(o.backend, '@', -1)
 WHERE s.at IS NULL
   AND c.at IS NULL
 GROUP BY o.backend
 ORDER BY subject, o.backend;
