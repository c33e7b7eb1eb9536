-- Volumes that live on one backend (host@backend), every pool, with what a move of theirs must know.
-- :param backend_host text  host@backend
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
 WHERE v.host LIKE CONCAT(REPLACE(@backend_host, '\\', '_'), '%')   -- the rest is looked at byte for byte: quicker in passing
   AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host   -- not LIKE: _ is a wildcard
   AND v.deleted = 0
 ORDER BY v.id;
