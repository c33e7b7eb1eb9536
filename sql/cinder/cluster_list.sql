-- Every cluster.
-- :reads clusters :rows many
SELECT c.id
     , c.name
     , c.`binary`
     , COALESCE(c.disabled, 0) AS disabled
     , c.disabled_reason
     , COALESCE(c.frozen, 0)   AS frozen
  FROM clusters AS c
 WHERE c.deleted = 0
 ORDER BY c.name, c.`binary`, c.id;
