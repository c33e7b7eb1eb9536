-- One piece of unfinished work as it is now: whose it is.
-- :param id int
-- :reads workers :rows one
SELECT r.service_id
  FROM workers AS r
 WHERE r.id = @id
 ORDER BY r.id;
