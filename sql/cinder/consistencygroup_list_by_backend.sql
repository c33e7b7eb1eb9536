-- Consistency groups of one backend (host@backend): they travel with their members.
-- :param backend_host text  host@backend
-- :reads consistencygroups :rows many
SELECT g.id
     , g.name
     , g.status
     , g.host
     , NULL                AS service
     , g.cluster_name
     , NULL                AS migration_status
     , g.availability_zone AS zone
     , NULL                AS race_preventer
     , NULL AS project_id
     , NULL AS user_id
     , NULL AS attach_status
  FROM `consistencygroups` AS g
 WHERE BINARY SUBSTRING_INDEX(g.host, '#', 1) = BINARY @backend_host
   AND g.deleted = 0
 ORDER BY g.id;
