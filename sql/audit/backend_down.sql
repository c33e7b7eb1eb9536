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
     , (SELECT MIN(l.host)
          FROM services AS l
         WHERE l.`binary` = 'cinder-volume'
           AND COALESCE(l.disabled, 0) = 0
           AND l.cluster_name IS NULL
           AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND BINARY SUBSTRING_INDEX(l.host, '@', -1) = BINARY SUBSTRING_INDEX(s.host, '@', -1)
           AND l.deleted = 0) AS newhost
  FROM (SELECT BINARY v.host AS owner, BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) AS cluster, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY owner, cluster) AS o
  JOIN services AS s ON BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1) AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE COALESCE(s.updated_at < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
   AND (o.cluster IS NULL OR NOT EXISTS (SELECT 1
                                          FROM services AS m
                                         WHERE BINARY m.cluster_name = o.cluster
                                           AND m.`binary` = 'cinder-volume'
                                           AND m.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                                           AND m.deleted = 0))
 GROUP BY s.id, s.host, s.updated_at, s.disabled_reason
 ORDER BY s.host, s.id;
