-- The same as volume_list_by_backend, of those that name one of three services or none, as after an import: by the index of it, and all
-- only where they are as many as owner_list has counted in the same snapshot.
-- :param backend_host text  host@backend
-- :param service_uuid text
-- :param second_uuid  text  what else owner_list says that they name; NULL: nothing
-- :param third_uuid   text
-- :reads volumes :rows many
SELECT v.id
     , v.display_name      AS name
     , v.status
     , v.host
     , v.service_uuid      AS service
     , v.cluster_name
     , v.migration_status
     , v.availability_zone AS zone
     , NULL                AS race_preventer
     , v.project_id
     , v.user_id
     , v.attach_status
  FROM volumes AS v
 WHERE (v.service_uuid IN (@service_uuid, @second_uuid, @third_uuid) OR v.service_uuid IS NULL)
   AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host   -- not LIKE: _ is a wildcard
   AND v.deleted = 0
 ORDER BY v.id;
