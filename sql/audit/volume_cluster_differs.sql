-- Volumes name another cluster than the service that owns them, or none while the service has one. Messages are sent to the
-- cluster's queue.
-- :check A19 volume-cluster-differs
-- :severity high
-- :title volumes of another cluster than their service
-- :database cinder
-- :subject backend
-- :message {volumes} volumes of {subject} name cluster {volume_cluster}, but the service is of {service_cluster}
-- :remedy evac-manage cluster list; evac-manage cluster rename {volume_cluster} {service_cluster}
-- :reads volumes services
SELECT s.host AS subject
     , s.host AS host
     , o.cluster AS volume_cluster
     , s.cluster_name AS service_cluster
     , SUM(o.n) AS volumes
  FROM (SELECT BINARY MIN(v.host) AS owner
             , BINARY MIN(SUBSTRING_INDEX(v.cluster_name, '#', 1)) AS cluster
             , COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY UNHEX(SHA2(v.host, 256)), UNHEX(SHA2(SUBSTRING_INDEX(v.cluster_name, '#', 1), 256))) AS o
  STRAIGHT_JOIN (SELECT x.host, x.cluster_name, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'cinder-volume'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY SUBSTRING_INDEX(o.owner, '#', 1), 255) AND BINARY s.host = SUBSTRING_INDEX(o.owner, '#', 1)
 WHERE NOT (BINARY o.cluster <=> BINARY s.cluster_name)
 GROUP BY s.host, o.cluster, s.cluster_name
 ORDER BY subject, volume_cluster;
