-- The same as volume_count_by_backend by the index of the services, without a pass over all volumes: those that name the backend's service,
-- and those that name none yet, as the scheduler leaves them until a cinder-volume takes them (cinder/volume/manager.py: create_volume).
-- :param backend_host text  host@backend
-- :param service_uuid text
-- :reads volumes :rows one
SELECT COUNT(*) AS n
  FROM volumes AS v
 WHERE (v.service_uuid = @service_uuid OR v.service_uuid IS NULL)
   AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host   -- not LIKE: _ is a wildcard
   AND v.deleted = 0;
