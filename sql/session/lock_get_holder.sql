-- Who holds a named lock: the session, as far as this account may see it. Its connection does nothing else, so that its idle
-- time is how long it has had the lock. NULL: nobody.
-- :param name text
-- :reads processlist :rows one
SELECT l.connection_id
     , p.USER AS account
     , p.HOST AS client
     , p.TIME AS held_s
  FROM (SELECT IS_USED_LOCK(@name) AS connection_id) AS l
  LEFT JOIN information_schema.PROCESSLIST AS p ON p.ID = l.connection_id;
