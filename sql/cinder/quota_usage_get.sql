-- What quota_usage_set has written, read again by the row's id.
-- :param id int
-- :reads quota_usages :rows one
SELECT t.`in_use`
     , t.`reserved`
  FROM `quota_usages` AS t
 WHERE t.id = @id
   AND t.deleted = 0
 ORDER BY t.id;
