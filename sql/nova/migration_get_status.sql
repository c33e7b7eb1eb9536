-- One migration as it is now.
-- :param id int
-- :reads migrations :rows one
SELECT m.status
  FROM migrations AS m
 WHERE m.id = @id
   AND m.deleted = 0
 ORDER BY m.id;
