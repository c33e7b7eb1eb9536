-- How many rows the old and the new owner have (host@backend, host@backend#pool or a backup host), kind by kind: of what a backend has, or of
-- backups. Of the others 0: a pass over a large table for what nobody asks is left out.
-- :param old_owner text
-- :param new_owner text
-- :param pools int  1: the rows of a backend's pools, too
-- :param of_backend int  1: what a backend has
-- :param of_backups int  1: backups
-- :reads volumes groups consistencygroups image_volume_cache_entries backups workers services :rows many
SELECT c.kind
     , c.n_old
     , c.n_new
  FROM (SELECT 'volume' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM volumes AS x WHERE @of_backend AND x.deleted = 0   -- LIKE: quicker in passing, and at least those
           AND (x.host LIKE CONCAT(REPLACE(SUBSTRING_INDEX(@old_owner, '#', 1), '\\', '_'), '%') OR x.host LIKE CONCAT(REPLACE(SUBSTRING_INDEX(@new_owner, '#', 1), '\\', '_'), '%'))
         UNION ALL
        SELECT 'group' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM `groups` AS x WHERE @of_backend AND x.deleted = 0
         UNION ALL
        SELECT 'consistencygroup' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM consistencygroups AS x WHERE @of_backend AND x.deleted = 0
         UNION ALL
        SELECT 'image_volume_cache_entry' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM image_volume_cache_entries AS x WHERE @of_backend
         UNION ALL
        SELECT 'backup' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM backups AS x WHERE @of_backups AND x.deleted = 0   -- LIKE: quicker in passing, and at least those
           AND (x.host LIKE CONCAT(REPLACE(SUBSTRING_INDEX(@old_owner, '#', 1), '\\', '_'), '%') OR x.host LIKE CONCAT(REPLACE(SUBSTRING_INDEX(@new_owner, '#', 1), '\\', '_'), '%'))
         UNION ALL
        SELECT 'worker'
             , COALESCE(SUM(BINARY s.host = BINARY @old_owner), 0)
             , COALESCE(SUM(BINARY s.host = BINARY @new_owner), 0)
          FROM workers AS w              -- cinder keeps none that are deleted
          JOIN services AS s ON s.id = w.service_id     -- the work of a deleted one is its host's all the same
         WHERE @of_backend AND s.`binary` = 'cinder-volume' AND w.resource_type IN ('Volume', 'Snapshot')) AS c
 ORDER BY c.kind;
