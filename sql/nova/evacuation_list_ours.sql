-- Evacuations of ours that have not ended: their uuid is made from a name (version 5), where nova makes random ones (version 4).
-- :reads migrations instances instance_actions instance_actions_events :rows many
SELECT m.uuid          AS migration_uuid
     , m.instance_uuid
     , i.display_name  AS name
     , m.source_compute
     , m.dest_compute
     , m.status
     , i.host
     , i.vm_state
     , i.task_state
     , (SELECT a.request_id
          FROM instance_actions AS a     -- nova marks no action deleted (db/main/api.py: instance_destroy)
         WHERE a.instance_uuid = CONVERT(m.instance_uuid USING ascii) AND a.action = 'evacuate' AND SUBSTRING(a.request_id, 19, 1) = '5'
           AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60     -- one transaction, but each row has its own clock
         ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), a.id DESC
         LIMIT 1) AS request_id
     , (SELECT COUNT(*)
          FROM instance_actions_events AS e     -- and no event deleted
         WHERE e.action_id = (SELECT a.id
                                FROM instance_actions AS a
                               WHERE a.instance_uuid = CONVERT(m.instance_uuid USING ascii) AND a.action = 'evacuate'
                                 AND SUBSTRING(a.request_id, 19, 1) = '5'
                                 AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
                               ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), a.id DESC
                               LIMIT 1)) AS events
     , TIMESTAMPDIFF(SECOND, m.created_at, UTC_TIMESTAMP()) AS age_s
  FROM migrations AS m
  JOIN instances  AS i ON i.uuid = CONVERT(m.instance_uuid USING ascii) AND i.deleted = 0
 WHERE m.migration_type = 'evacuation'
   AND SUBSTRING(m.uuid, 15, 1) = '5'
   AND (m.status NOT IN ('done', 'completed', 'error', 'failed') OR (m.status IN ('done', 'error', 'failed') AND i.task_state = 'rebuilding' AND BINARY i.host = BINARY m.source_compute))
   AND m.deleted = 0
 ORDER BY m.id;
