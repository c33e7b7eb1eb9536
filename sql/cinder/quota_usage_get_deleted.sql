-- What quota_usage_remove has written, read again by the row's id.
-- :param id int
-- :reads quota_usages :rows one
SELECT COALESCE(t.deleted, 0) AS deleted
  FROM `quota_usages` AS t
 WHERE t.id = @id
 ORDER BY t.id;
