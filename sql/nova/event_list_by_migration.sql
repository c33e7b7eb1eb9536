-- What conductor and computes have recorded under the request that made one evacuation. nova-api, like us, writes the action and the
-- migration in one breath: an action of another minute belongs to another attempt. Before Rocky an event has
-- no host: the migration names the compute.
-- :param id int
-- :reads migrations instance_actions instance_actions_events :rows many
SELECT e.event
     , e.result
     , COALESCE(e.host, CASE WHEN e.event LIKE 'compute!_%' ESCAPE '!' THEN m.dest_compute END) AS host
     , e.details
     , e.traceback
  FROM migrations              AS m                                          -- deleted or not: it is asked for by its number
  JOIN instance_actions        AS a ON a.instance_uuid = CONVERT(m.instance_uuid USING ascii)     -- nova marks no action deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions_events AS e ON e.action_id = a.id                    -- and no event deleted
 WHERE m.id = @id
   AND a.action = 'evacuate'
   AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
 ORDER BY e.id;
