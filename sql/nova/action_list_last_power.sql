-- The last that its owner, or nova's look at its power, has made of each of some instances, and whether an evacuation has started it since. A guest
-- that switches itself off is a 'stop', too (nova compute/manager.py: _sync_instance_power_state); nova asks for that one as nobody
-- (nova service.py: periodic_tasks).
-- :param instance_uuids list  in the client one
-- :reads instance_actions instance_actions_events :rows many
SELECT a.instance_uuid
     , a.action
     , TIMESTAMPDIFF(SECOND, a.start_time, UTC_TIMESTAMP()) AS age_s
     , a.user_id IS NULL AS is_novas
     , (SELECT COUNT(*)
          FROM instance_actions        AS later
          JOIN instance_actions_events AS done ON done.action_id = later.id     -- nova marks no event deleted
         WHERE later.instance_uuid = a.instance_uuid
           AND later.id > a.id
           AND later.action = 'evacuate'
           AND done.event = 'compute_rebuild_instance'
           AND done.result = 'Success') > 0 AS is_evacuated
  FROM instance_actions AS a     -- nova marks none deleted (db/main/api.py: instance_destroy)
 WHERE a.instance_uuid IN (@instance_uuids)
   AND a.action IN ('create', 'start', 'stop', 'reboot', 'suspend', 'resume', 'pause', 'unpause', 'rescue', 'unrescue', 'shelve',
                    'unshelve', 'restore')
   AND (a.message IS NULL OR a.message <> 'Error')
   AND NOT EXISTS (SELECT 1
                     FROM instance_actions AS newer     -- as above: none is marked deleted
                    WHERE newer.instance_uuid = a.instance_uuid
                      AND newer.id > a.id
                      AND newer.action IN ('create', 'start', 'stop', 'reboot', 'suspend', 'resume', 'pause', 'unpause', 'rescue', 'unrescue', 'shelve',
                                      'unshelve', 'restore')
                      AND (newer.message IS NULL OR newer.message <> 'Error'))
 ORDER BY a.instance_uuid, a.id;
