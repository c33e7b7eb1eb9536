-- Work that a backend's cinder-volume has begun and not finished: its service cleans it up when it starts, so it travels
-- with the volumes (else the old service would set moved volumes to error when it comes back).
-- :param backend_host text  host@backend
-- :reads workers services :rows many
SELECT w.id
     , w.resource_id  AS name
     , w.status
     , s.host
     , w.service_id   AS service
     , NULL           AS cluster_name
     , NULL           AS migration_status
     , NULL           AS zone
     , w.race_preventer
     , NULL AS project_id
     , NULL AS user_id
     , NULL AS attach_status
  FROM workers AS w                             -- cinder keeps none that are deleted
  JOIN services AS s ON s.id = w.service_id     -- the work of a deleted one is its host's all the same
 WHERE s.`binary` = 'cinder-volume'
   AND BINARY s.host = BINARY @backend_host
   AND w.resource_type IN ('Volume', 'Snapshot')
 ORDER BY w.id;
