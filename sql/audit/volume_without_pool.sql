-- Volumes name their backend without a pool while others of the same backend name one, as cinder-manage volume update_host
-- leaves them. They cannot be extended, and a search by pool does not find them.
-- :check A17 volume-without-pool
-- :severity medium
-- :title volumes without a pool on a backend with pools
-- :database cinder
-- :subject backend
-- :message {without_pool} volumes of {subject} have no pool, {with_pool} have one ({pools})
-- :remedy evac-manage volume list --host {subject} -c id -c host; evac-manage volume update_host --currenthost {subject} --newhost {subject} --pool-map {map}
-- :reads volumes
SELECT CONVERT(g.backend USING utf8) AS subject
     , CONVERT(g.backend USING utf8) AS host
     , SUM(IF(g.pool = '', g.n, 0)) AS without_pool
     , SUM(IF(g.pool = '', 0, g.n)) AS with_pool
     , GROUP_CONCAT(DISTINCT NULLIF(g.pool, '') ORDER BY g.pool SEPARATOR ', ') AS pools
     , CONCAT('=', SUBSTRING_INDEX(GROUP_CONCAT(NULLIF(g.pool, '') ORDER BY g.n DESC, g.pool SEPARATOR '\n'), '\n', 1)) AS map -- the most used one
  FROM (SELECT SUBSTRING_INDEX(o.owner, '#', 1) AS backend, o.n, CONVERT(IF(LOCATE('#', o.owner) = 0, '', SUBSTRING_INDEX(o.owner, '#', -1)) USING utf8) AS pool
          FROM (SELECT BINARY MIN(v.host) AS owner
                     , COUNT(*) AS n
                  FROM volumes AS v
                 WHERE v.host IS NOT NULL
                   AND v.deleted = 0
                 GROUP BY UNHEX(SHA2(v.host, 256))) AS o) AS g
 GROUP BY g.backend
HAVING SUM(g.pool = '') > 0 AND SUM(g.pool <> '') > 0
 ORDER BY subject;
