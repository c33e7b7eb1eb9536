-- Every live volume whose owner is dead, by id: its cluster if it names one, and no member of it reports; else its host's backend.
-- :stream
-- :database cinder
-- :param down int
-- :param from text
-- :param to text
-- :reads volumes services
SELECT v.id AS k
     , v.host AS volume_host
     , SUBSTRING_INDEX(v.host, '#', 1) AS volume_backend
     , dead.cluster AS volume_cluster
     , IF(dead.cluster IS NULL, v.host, CONCAT('cluster ', CONVERT(dead.cluster USING utf8))) AS volume_owner
     , dead.newhost
  FROM volumes AS v
  JOIN (SELECT h.host
             , h.cluster
             , (SELECT MIN(l.host)
                  FROM services AS l
                 WHERE l.`binary` = 'cinder-volume'
                   AND COALESCE(l.disabled, 0) = 0
                   AND l.cluster_name IS NULL
                   AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                   AND BINARY SUBSTRING_INDEX(l.host, '@', -1) = BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(h.host, '#', 1), '@', -1)
                   AND BINARY l.host <> SUBSTRING_INDEX(h.host, '#', 1) -- alive beside its dead cluster, it takes nothing from itself
                   AND l.deleted = 0) AS newhost
          FROM (SELECT DISTINCT BINARY x.host AS host, BINARY SUBSTRING_INDEX(x.cluster_name, '#', 1) AS cluster
                  FROM volumes AS x
                 WHERE x.id >= @from AND x.id <= @to AND x.host IS NOT NULL AND x.deleted = 0) AS h
         WHERE NOT EXISTS (SELECT 1
                             FROM services AS s
                            WHERE IF(h.cluster IS NULL, BINARY s.host = SUBSTRING_INDEX(h.host, '#', 1), BINARY s.cluster_name = h.cluster)
                              AND s.`binary` = 'cinder-volume'
                              AND s.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                              AND s.deleted = 0)) AS dead
    ON BINARY v.host = dead.host AND BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) <=> dead.cluster
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.deleted = 0
 ORDER BY v.id;
