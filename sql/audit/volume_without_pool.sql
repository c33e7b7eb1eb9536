-- Volumes name their backend without a pool while others of the same backend name one, as cinder-manage volume update_host leaves
-- them. They cannot be extended to where they are, and are missed by what asks for the pool.
-- :check A17 volume-without-pool
-- :severity medium
-- :title volumes without a pool beside some with one
-- :database cinder
-- :subject backend
-- :message {without_pool} volumes of {subject} have no pool, {with_pool} have one ({pools})
-- :remedy evac-manage volume list --host {subject} -c id -c host
-- :reads volumes
SELECT o.backend AS subject
     , o.backend AS host
     , SUM(IF(o.pool = '', o.n, 0)) AS without_pool
     , SUM(IF(o.pool = '', 0, o.n)) AS with_pool
     , GROUP_CONCAT(DISTINCT NULLIF(o.pool, '') ORDER BY o.pool SEPARATOR ', ') AS pools
  FROM (SELECT BINARY v.host AS owner
             , MIN(SUBSTRING_INDEX(v.host, '#', 1)) AS backend
             , MIN(IF(LOCATE('#', v.host) = 0, '', SUBSTRING_INDEX(v.host, '#', -1))) AS pool
             , COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY owner) AS o
 GROUP BY BINARY o.backend
HAVING SUM(o.pool = '') > 0 AND SUM(o.pool <> '') > 0
 ORDER BY subject;
