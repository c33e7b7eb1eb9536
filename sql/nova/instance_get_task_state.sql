-- What one instance is at now, and where.
-- :param id text
-- :reads instances :rows one
SELECT i.task_state
     , i.host
  FROM instances AS i
 WHERE i.uuid = @id
   AND i.deleted = 0
 ORDER BY i.id;
