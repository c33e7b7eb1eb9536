-- Owners of volumes differ only in case or blanks. Cinder's own commands take them for one another, its messages do not.
-- :check A18 volume-host-twins
-- :severity high
-- :title owners of volumes that differ only in case or blanks
-- :database cinder
-- :subject host
-- :message {spellings} spellings own volumes: {owners}
-- :remedy evac-manage volume update_host --currenthost WRONG-SPELLING --newhost {subject}
-- :reads volumes
SELECT CONVERT(MIN(BINARY o.owner) USING utf8) AS subject
     , CONVERT(MIN(BINARY o.owner) USING utf8) AS host
     , COUNT(*) AS spellings
     , GROUP_CONCAT(o.owner ORDER BY BINARY o.owner SEPARATOR ', ') AS owners
     , SUM(o.n) AS volumes
  FROM (SELECT MIN(v.host) AS owner, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL
           AND v.deleted = 0
         GROUP BY BINARY v.host) AS o
 GROUP BY LOWER(TRIM(o.owner))
HAVING COUNT(*) > 1
 ORDER BY subject;
