-- One nova service as it is now.
-- :param id int
-- :reads services :rows one
SELECT COALESCE(r.disabled, 0) AS disabled
     , r.disabled_reason
     , COALESCE(r.forced_down, 0) AS forced_down
  FROM services AS r
 WHERE r.id = @id
   AND r.deleted = 0
 ORDER BY r.id;
