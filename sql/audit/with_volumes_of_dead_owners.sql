-- Every live volume whose backend has no live service, by id.
-- :stream
-- :database cinder
-- :param down int
-- :param from text
-- :param to text
-- :reads volumes services
SELECT v.id AS k
     , v.host AS volume_host
     , SUBSTRING_INDEX(v.host, '#', 1) AS volume_backend
  FROM volumes AS v
  JOIN (SELECT h.host
          FROM (SELECT DISTINCT BINARY x.host AS host
                  FROM volumes AS x
                 WHERE x.id >= @from AND x.id <= @to AND x.host IS NOT NULL AND x.deleted = 0) AS h
         WHERE NOT EXISTS (SELECT 1
                             FROM services AS s
                            WHERE BINARY s.host = SUBSTRING_INDEX(h.host, '#', 1)
                              AND s.`binary` = 'cinder-volume'
                              AND s.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                              AND s.deleted = 0)) AS dead ON BINARY v.host = dead.host
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.cluster_name IS NULL
   AND v.deleted = 0
 ORDER BY v.id;
