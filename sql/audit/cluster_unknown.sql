-- Volumes name a cluster that is not in cinder's table of clusters, or is deleted. Messages about them go to a queue without a
-- consumer.
-- :check A42 cluster-unknown
-- :severity high
-- :title volumes of a cluster that no longer exists
-- :database cinder
-- :subject cluster
-- :message {volumes} volumes name cluster {subject}, which does not exist
-- :remedy evac-manage cluster list; evac-manage cluster rename {subject} {newcluster}
-- :param down int
-- :reads volumes clusters services
SELECT o.cluster AS subject
     , NULL AS host
     , o.n AS volumes
     , (SELECT MIN(l.cluster_name)
          FROM services AS l
          JOIN clusters AS n ON BINARY n.name = BINARY l.cluster_name AND n.`binary` = 'cinder-volume' AND n.deleted = 0
         WHERE l.`binary` = 'cinder-volume'
           AND BINARY SUBSTRING_INDEX(l.cluster_name, '@', -1) = BINARY SUBSTRING_INDEX(o.cluster, '@', -1)
           AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND l.deleted = 0) AS newcluster
  FROM (SELECT MIN(SUBSTRING_INDEX(v.cluster_name, '#', 1)) AS cluster, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.cluster_name IS NOT NULL
           AND v.deleted = 0
         GROUP BY BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1)) AS o
  LEFT JOIN clusters AS c ON BINARY c.name = BINARY o.cluster AND c.`binary` = 'cinder-volume' AND c.deleted = 0
 WHERE c.id IS NULL
 ORDER BY subject;
