-- Volumes belong to a backend whose service has not reported for longer than service_down_time. Until that service reports
-- again, or another backend owns the volumes, every operation on them waits. Volumes of an active-active cluster are listed
-- when no member of the cluster reports.
-- :check A12 backend-down
-- :severity critical
-- :title backend that is down and owns volumes
-- :database cinder
-- :subject backend
-- :message {volumes} volumes belong to {subject}, whose last heartbeat was {heartbeat_age_s} s ago
-- :remedy evac-manage service list --host {subject}; evac-manage volume update_host --currenthost {subject} --newhost {newhost}
-- :param down int
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , TIMESTAMPDIFF(SECOND, s.updated_at, UTC_TIMESTAMP()) AS heartbeat_age_s
     , SUM(o.n) AS volumes
     , SUM(o.gb) AS gb
     , s.disabled_reason
     , MIN(o.cluster) AS cluster
     , MIN(n.host) AS newhost
  FROM (SELECT BINARY MIN(v.host) AS owner, BINARY MIN(SUBSTRING_INDEX(v.cluster_name, '#', 1)) AS cluster, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(v.host, 256)), UNHEX(SHA2(SUBSTRING_INDEX(v.cluster_name, '#', 1), 256))) AS o
  STRAIGHT_JOIN (SELECT x.id, x.host, x.updated_at, x.disabled_reason, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'cinder-volume'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY SUBSTRING_INDEX(o.owner, '#', 1), 255) AND BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1)
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
              GROUP BY backend) AS n ON n.at = LEFT(BINARY SUBSTRING_INDEX(s.host, '@', -1), 255) AND n.backend = BINARY SUBSTRING_INDEX(s.host, '@', -1)
 WHERE COALESCE(s.updated_at < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
   AND c.at IS NULL
 GROUP BY s.id, s.host, s.updated_at, s.disabled_reason
 ORDER BY s.host, s.id;
