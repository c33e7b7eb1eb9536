-- What still refers to one service: by its name (it owns them), by its uuid or by its id.
-- :param id   int
-- :param uuid text  may be NULL
-- :param host text
-- :param binary text
-- :reads volumes groups consistencygroups image_volume_cache_entries backups workers :rows many
SELECT r.kind
     , r.by_name
     , r.n
  FROM (SELECT 'volume' AS kind, 1 AS by_name, COUNT(*) AS n FROM volumes AS v
         WHERE @binary = 'cinder-volume' AND v.cluster_name IS NULL AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @host AND v.deleted = 0
         UNION ALL
        SELECT 'group', 1, COUNT(*) FROM `groups` AS g
         WHERE @binary = 'cinder-volume' AND g.cluster_name IS NULL AND BINARY SUBSTRING_INDEX(g.host, '#', 1) = BINARY @host AND g.deleted = 0
         UNION ALL
        SELECT 'consistency group', 1, COUNT(*) FROM consistencygroups AS c
         WHERE @binary = 'cinder-volume' AND c.cluster_name IS NULL AND BINARY SUBSTRING_INDEX(c.host, '#', 1) = BINARY @host AND c.deleted = 0
         UNION ALL
        SELECT 'image cache entry', 1, COUNT(*) FROM image_volume_cache_entries AS e
         WHERE @binary = 'cinder-volume' AND e.cluster_name IS NULL AND BINARY SUBSTRING_INDEX(e.host, '#', 1) = BINARY @host
         UNION ALL
        SELECT 'backup', 1, COUNT(*) FROM backups AS b
         WHERE @binary = 'cinder-backup' AND BINARY b.host = BINARY @host AND b.deleted = 0
         UNION ALL
        SELECT 'volume', 0, COUNT(*) FROM volumes AS u WHERE u.service_uuid = @uuid AND u.deleted = 0
         UNION ALL
        SELECT 'worker', 0, COUNT(*) FROM workers AS w WHERE w.service_id = @id) AS r     -- cinder keeps no deleted workers
 WHERE r.n > 0
 ORDER BY r.by_name DESC, r.kind;
