-- Hosts that own volumes differ only in case or blanks. Cinder's own commands mistake them for one another, its messages do
-- not.
-- :check A18 volume-host-twins
-- :severity high
-- :title owners of volumes that differ only in case or blanks
-- :database cinder
-- :subject host
-- :message {spellings} spellings of one host own volumes: {owners}
-- :remedy evac-manage volume update_host --currenthost {wrong_spelling} --newhost {right_spelling}
-- :reads volumes services
SELECT CONVERT(MIN(BINARY o.owner) USING utf8) AS subject
     , CONVERT(MIN(BINARY o.owner) USING utf8) AS host
     , COUNT(*) AS spellings
     , GROUP_CONCAT(o.owner ORDER BY BINARY o.owner SEPARATOR ', ') AS owners
     , SUM(o.n) AS volumes
       -- a service is spelled as one of them: that one stays
     , CONVERT(COALESCE(MAX(IF(o.has_service, BINARY o.owner, NULL)), MAX(BINARY o.owner)) USING utf8) AS right_spelling
     , CONVERT(COALESCE(MIN(IF(o.has_service, NULL, BINARY o.owner)), MIN(BINARY o.owner)) USING utf8) AS wrong_spelling
  FROM (SELECT w.owner, w.n, s.at IS NOT NULL AS has_service
          FROM (SELECT MIN(v.host) AS owner, COUNT(*) AS n
                  FROM volumes AS v
                 WHERE v.host IS NOT NULL
                   AND v.deleted = 0
                 GROUP BY UNHEX(SHA2(v.host, 256))) AS w
          LEFT JOIN (SELECT BINARY x.host AS name, MIN(LEFT(BINARY x.host, 255)) AS at
                       FROM services AS x
                      WHERE x.`binary` = 'cinder-volume'
                        AND x.deleted = 0
                      GROUP BY name) AS s
            ON s.at = LEFT(BINARY SUBSTRING_INDEX(w.owner, '#', 1), 255) AND s.name = BINARY SUBSTRING_INDEX(w.owner, '#', 1)) AS o
 GROUP BY BINARY LOWER(TRIM(o.owner))
HAVING COUNT(*) > 1
 ORDER BY subject;
