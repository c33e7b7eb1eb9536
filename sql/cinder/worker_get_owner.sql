-- One piece of unfinished work as it is now: whose it is, and how often it was.
-- :param id int
-- :reads workers :rows one
SELECT r.service_id
     , r.race_preventer
  FROM workers AS r     -- cinder keeps none that are deleted
 WHERE r.id = @id
 ORDER BY r.id;
