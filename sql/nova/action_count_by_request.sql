-- How many records one request has: none for one that was never committed, or was lost.
-- :param instance_uuid text
-- :param request_id    text
-- :reads instance_actions :rows one
SELECT COUNT(*) AS n
  FROM instance_actions AS a     -- nova marks none deleted (db/main/api.py: instance_destroy)
 WHERE a.instance_uuid = @instance_uuid
   AND a.request_id = @request_id
 ORDER BY n;
