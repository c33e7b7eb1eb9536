-- What conductor and computes have recorded under one request: no event at all means that nobody took the message.
-- :param instance_uuid text
-- :param request_id    text
-- :reads instance_actions instance_actions_events :rows many
SELECT e.event
     , e.result
     , e.host
     , e.details
     , e.traceback
  FROM instance_actions        AS a                           -- nova marks no action deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions_events AS e ON e.action_id = a.id     -- and no event deleted
 WHERE a.instance_uuid = @instance_uuid
   AND a.request_id = @request_id
 ORDER BY e.id;
