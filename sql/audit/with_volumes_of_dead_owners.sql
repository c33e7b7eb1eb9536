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
  STRAIGHT_JOIN (SELECT h.host
             , h.at
             , h.cluster
             , CASE WHEN n.host IS NULL THEN NULL
                    WHEN BINARY n.host <> SUBSTRING_INDEX(h.host, '#', 1) THEN n.host
                    ELSE (SELECT MIN(l.host)
                            FROM services AS l
                           WHERE l.`binary` = 'cinder-volume'
                             AND COALESCE(l.disabled, 0) = 0
                             AND l.cluster_name IS NULL
                             AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                             AND BINARY SUBSTRING_INDEX(l.host, '@', -1) = BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(h.host, '#', 1), '@', -1)
                             AND BINARY l.host <> SUBSTRING_INDEX(h.host, '#', 1) -- alive beside its dead cluster, it takes nothing from itself
                             AND l.deleted = 0) END AS newhost
          FROM (SELECT BINARY MIN(x.host) AS host, MIN(LEFT(BINARY x.host, 255)) AS at, BINARY MIN(SUBSTRING_INDEX(x.cluster_name, '#', 1)) AS cluster
                  FROM volumes AS x
                 WHERE x.id >= @from AND x.id <= @to AND x.host IS NOT NULL AND x.deleted = 0
                 GROUP BY UNHEX(SHA2(x.host, 256)), UNHEX(SHA2(SUBSTRING_INDEX(x.cluster_name, '#', 1), 256))) AS h
          LEFT JOIN (SELECT BINARY s.host AS name, MIN(LEFT(BINARY s.host, 255)) AS at
                       FROM services AS s
                      WHERE s.`binary` = 'cinder-volume'
                        AND s.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                        AND s.deleted = 0
                      GROUP BY name) AS a
            ON h.cluster IS NULL AND a.at = LEFT(BINARY SUBSTRING_INDEX(h.host, '#', 1), 255) AND a.name = SUBSTRING_INDEX(h.host, '#', 1)
          LEFT JOIN (SELECT BINARY m.cluster_name AS name, MIN(LEFT(BINARY m.cluster_name, 255)) AS at
                       FROM services AS m
                      WHERE m.cluster_name IS NOT NULL
                        AND m.`binary` = 'cinder-volume'
                        AND m.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                        AND m.deleted = 0
                      GROUP BY name) AS c ON c.at = LEFT(BINARY h.cluster, 255) AND c.name = h.cluster
          LEFT JOIN (SELECT BINARY SUBSTRING_INDEX(t.host, '@', -1) AS backend, MIN(LEFT(BINARY SUBSTRING_INDEX(t.host, '@', -1), 255)) AS at, MIN(t.host) AS host
                       FROM services AS t
                      WHERE t.`binary` = 'cinder-volume'
                        AND COALESCE(t.disabled, 0) = 0
                        AND t.cluster_name IS NULL
                        AND t.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                        AND t.deleted = 0
                      GROUP BY backend) AS n
            ON n.at = LEFT(BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(h.host, '#', 1), '@', -1), 255)
           AND n.backend = BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(h.host, '#', 1), '@', -1)
         WHERE a.at IS NULL
           AND c.at IS NULL
         LIMIT 18446744073709551615) AS dead
    ON dead.at = LEFT(BINARY v.host, 255) AND dead.host = BINARY v.host AND BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) <=> dead.cluster
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.deleted = 0
 ORDER BY v.id;
