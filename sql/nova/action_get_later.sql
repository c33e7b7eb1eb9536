-- What nova was last asked to do with an instance after one of its requests, but for evacuations: its user's deed, where that request was ours. A lock
-- is taken in the middle of an evacuation, too (compute/api.py lock), and changes nothing of it: it explains no state.
-- :param instance_uuid text
-- :param request_id    text
-- :reads instance_actions :rows one
SELECT a.action
  FROM instance_actions AS a         -- nova marks none deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions AS ours      -- as above
    ON ours.instance_uuid = a.instance_uuid
   AND ours.request_id = @request_id
   AND ours.id < a.id
 WHERE a.instance_uuid = @instance_uuid
   AND a.action NOT IN ('evacuate', 'lock', 'unlock')
 ORDER BY a.id DESC
 LIMIT 1;
