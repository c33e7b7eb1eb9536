-- Image cache entries of one backend (host@backend): looked up by the host with its pool, so they travel with the cached volume.
-- :param backend_host text  host@backend
-- :reads image_volume_cache_entries :rows many
SELECT c.id
     , c.image_id AS name
     , NULL       AS status
     , c.host
     , NULL       AS service
     , c.cluster_name
     , NULL       AS migration_status
     , NULL       AS zone
     , NULL       AS race_preventer
     , NULL AS project_id
     , NULL AS user_id
     , NULL AS attach_status
  FROM image_volume_cache_entries AS c
 WHERE BINARY SUBSTRING_INDEX(c.host, '#', 1) = BINARY @backend_host
 ORDER BY c.id;
