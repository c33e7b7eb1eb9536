-- Two live records of one nova service are equal, or differ only in case or blanks.
-- :check N28 nova-service-twice
-- :severity medium
-- :title nova service with more than one record
-- :database cells
-- :subject service
-- :message {rows_of_it} records of {subject} (ids {ids})
-- :remedy evac-manage service list
-- :reads services
SELECT CONCAT(MIN(s.`binary`), ' ', CONVERT(MIN(BINARY s.host) USING utf8)) AS subject
     , CONVERT(MIN(BINARY s.host) USING utf8) AS host
     , COUNT(*) AS rows_of_it
     , GROUP_CONCAT(s.id ORDER BY s.id SEPARATOR ', ') AS ids
  FROM services AS s
 WHERE s.host IS NOT NULL
   AND s.deleted = 0
 GROUP BY BINARY LOWER(TRIM(s.host)), s.`binary`
HAVING COUNT(*) > 1
 ORDER BY subject;
