-- Backups that one cinder-backup host made, byte for byte.
-- :param backend_host text  plain host
-- :reads backups :rows many
SELECT b.id
     , b.display_name      AS name
     , b.status
     , b.host
     , NULL                AS service
     , NULL                AS cluster_name
     , NULL                AS migration_status
     , b.availability_zone AS zone
     , NULL                AS race_preventer
     , b.project_id
     , b.user_id
     , NULL                AS attach_status
  FROM backups AS b
 WHERE BINARY b.host = BINARY @backend_host
   AND b.deleted = 0
 ORDER BY b.id;
