-- What conductor and computes have recorded under the request that made one evacuation. nova-api, like us, writes the action and the
-- migration in one breath: of two attempts in one minute the nearest action is this one's, and how the other one ended says nothing about
-- this one; what it has begun and not ended may take this migration for its own (nova conductor/manager.py rebuild_instance: any that is accepted).
-- Before Rocky an event has no host: the migration names the compute.
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
   AND (e.result IS NULL
        OR NOT EXISTS (SELECT 1
                         FROM instance_actions AS n
                        WHERE n.instance_uuid = a.instance_uuid
                          AND n.action = 'evacuate'
                          AND (ABS(TIMESTAMPDIFF(SECOND, n.start_time, m.created_at)) < ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at))
                               OR (ABS(TIMESTAMPDIFF(SECOND, n.start_time, m.created_at)) = ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at))
                                   AND n.id > a.id))))
 ORDER BY e.id;
