-- Services of one kind report different versions. The oldest record, alive or dead, holds back all others.
-- :check N30 nova-version-drift
-- :severity medium
-- :title nova services of different versions
-- :database cells
-- :subject service
-- :message {subject} runs in {versions} versions, from {oldest} ({oldest_host}) to {newest}
-- :remedy evac-manage service list -c binary -c host -c version -c state
-- :reads services
SELECT s.`binary` AS subject
     , NULL AS host
     , COUNT(DISTINCT s.version) AS versions
     , MIN(s.version) AS oldest
     , MAX(s.version) AS newest
     , (SELECT MIN(x.host) FROM services AS x WHERE x.`binary` = s.`binary` AND x.deleted = 0 AND x.version = MIN(s.version)) AS oldest_host
  FROM services AS s
 WHERE s.version > 0
   AND s.deleted = 0
 GROUP BY s.`binary`
HAVING COUNT(DISTINCT s.version) > 1
 ORDER BY subject;
