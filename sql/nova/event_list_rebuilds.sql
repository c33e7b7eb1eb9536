-- How rebuilds and evacuations ended in the last minute, whoever asked for them, as conductor and computes have recorded it: of the newest
-- two hundred events, which are found by their ids however many there are.
-- :reads instance_actions instance_actions_events :rows many
SELECT a.request_id
     , e.result
  FROM (SELECT n.id, n.action_id, n.event, n.result, n.finish_time
          FROM instance_actions_events AS n       -- nova marks no event deleted
         ORDER BY n.id DESC
         LIMIT 200) AS e
  JOIN instance_actions AS a ON a.id = e.action_id    -- nova marks no action deleted
 WHERE e.event IN ('rebuild_server', 'compute_rebuild_instance')
   AND e.finish_time > UTC_TIMESTAMP() - INTERVAL 60 SECOND
 ORDER BY e.id;
