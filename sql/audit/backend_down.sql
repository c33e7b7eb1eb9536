-- Volumes belong to a backend whose service has not reported for longer than service_down_time. Until it comes back, or another
-- backend takes them over, nothing that is asked of them is done.
-- :check A12 backend-down
-- :severity critical
-- :title backend that owns volumes and is down
-- :database cinder
-- :subject backend
-- :message {volumes} volumes belong to {subject}, which was last heard of {heartbeat_age_s} s ago
-- :remedy evac-manage service list --host {subject}; evac-manage volume update_host --currenthost {subject} --newhost LIVE-HOST@BACKEND
-- :param down int
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , TIMESTAMPDIFF(SECOND, s.updated_at, UTC_TIMESTAMP()) AS heartbeat_age_s
     , SUM(o.n) AS volumes
     , SUM(o.gb) AS gb
     , s.disabled_reason
  FROM (SELECT BINARY v.host AS owner, COUNT(*) AS n, SUM(v.size) AS gb
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.cluster_name IS NULL
           AND v.deleted = 0
         GROUP BY owner) AS o
  JOIN services AS s ON BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1) AND s.`binary` = 'cinder-volume' AND s.deleted = 0
 WHERE COALESCE(s.updated_at < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
 GROUP BY s.id, s.host, s.updated_at, s.disabled_reason
 ORDER BY s.host, s.id;
