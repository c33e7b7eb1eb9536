-- One cinder service as it is now.
-- :param id int
-- :reads services :rows one
SELECT COALESCE(r.disabled, 0) AS disabled
     , r.disabled_reason
  FROM services AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
