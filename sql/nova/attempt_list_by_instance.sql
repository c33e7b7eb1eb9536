-- Evacuations of some instances that a compute began to build and did not finish, the newest last, and after which none succeeded: their
-- guest may be on that compute still. The trace tells how far the compute came. Before Rocky an event has no host: then the nearest migration
-- of the same minute names it.
-- :param instance_uuids list  in the client one
-- :reads instances instance_actions instance_actions_events migrations :rows many
SELECT i.uuid AS instance_uuid
     , COALESCE(CONVERT(e.host USING utf8mb4), (SELECT CONVERT(m.dest_compute USING utf8mb4)
                            FROM migrations AS m     -- deleted or not: it only names the host
                           WHERE m.instance_uuid = CONVERT(i.uuid USING ascii)
                             AND m.migration_type = 'evacuation'
                             AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
                            ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), m.id DESC
                            LIMIT 1)) AS host
     , e.result
     , e.details
     , e.traceback
     , TIMESTAMPDIFF(SECOND, COALESCE(e.finish_time, e.start_time), UTC_TIMESTAMP()) AS age_s
  FROM instances               AS i
  JOIN instance_actions        AS a ON a.instance_uuid = CONVERT(i.uuid USING ascii)     -- nova marks no action deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions_events AS e ON e.action_id = a.id           -- and no event deleted
 WHERE i.uuid IN (@instance_uuids)
   AND i.deleted = 0
   AND a.action = 'evacuate'
   AND e.event = 'compute_rebuild_instance'
   AND (e.result IS NULL OR e.result <> 'Success')
   AND BINARY COALESCE(CONVERT(e.host USING utf8mb4), (SELECT CONVERT(m.dest_compute USING utf8mb4)
                                  FROM migrations AS m
                                 WHERE m.instance_uuid = CONVERT(i.uuid USING ascii)
                                   AND m.migration_type = 'evacuation'
                                   AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
                                  ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), m.id DESC
                                  LIMIT 1), '') <> BINARY i.host
   AND NOT EXISTS (SELECT 1
                     FROM instance_actions        AS later
                     JOIN instance_actions_events AS done ON done.action_id = later.id
                    WHERE later.instance_uuid = CONVERT(i.uuid USING ascii)
                      AND later.action = 'evacuate'
                      AND done.event = 'compute_rebuild_instance'
                      AND done.result = 'Success'
                      AND done.id > e.id)
 ORDER BY i.uuid, e.id;
