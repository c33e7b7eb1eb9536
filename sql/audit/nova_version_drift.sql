-- Services of one kind report different versions. The oldest record, alive or dead, holds back all others.
-- :check N30 nova-version-drift
-- :severity medium
-- :title nova services of different versions
-- :database cells
-- :subject service
-- :message {subject} runs in {versions} versions, from {oldest} ({oldest_host}) to {newest}
-- :remedy evac-manage service list -c binary -c host -c version -c state
-- :reads services
SELECT v.subject
     , NULL AS host
     , v.versions
     , v.oldest
     , v.newest
     , (SELECT MIN(x.host) FROM services AS x WHERE x.`binary` = v.subject AND x.deleted = 0 AND x.version = v.oldest) AS oldest_host
  FROM (SELECT s.`binary` AS subject
             , COUNT(DISTINCT s.version) AS versions
             , MIN(s.version) AS oldest
             , MAX(s.version) AS newest
          FROM services AS s
         WHERE s.version > 0
           AND s.deleted = 0
         GROUP BY s.`binary`
        HAVING COUNT(DISTINCT s.version) > 1) AS v
 ORDER BY subject;
