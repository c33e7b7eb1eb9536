-- The same as owner_count without volumes and backups: small tables, all of them.
-- :param old_owner text
-- :param new_owner text
-- :param pools int  1: the rows of a backend's pools, too
-- :reads groups consistencygroups image_volume_cache_entries workers services :rows many
SELECT c.kind
     , c.n_old
     , c.n_new
  FROM (SELECT 'group' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM `groups` AS x WHERE x.deleted = 0
         UNION ALL
        SELECT 'consistencygroup' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM consistencygroups AS x WHERE x.deleted = 0
         UNION ALL
        SELECT 'image_volume_cache_entry' AS kind
             , COALESCE(SUM(BINARY x.host = BINARY @old_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @old_owner), 0) AS n_old
             , COALESCE(SUM(BINARY x.host = BINARY @new_owner OR @pools AND BINARY SUBSTRING_INDEX(x.host, '#', 1) = BINARY @new_owner), 0) AS n_new
          FROM image_volume_cache_entries AS x
         UNION ALL
        SELECT 'worker'
             , COALESCE(SUM(BINARY s.host = BINARY @old_owner), 0)
             , COALESCE(SUM(BINARY s.host = BINARY @new_owner), 0)
          FROM workers AS w              -- cinder keeps none that are deleted
          JOIN services AS s ON s.id = w.service_id     -- the work of a deleted one is its host's all the same
         WHERE s.`binary` = 'cinder-volume' AND w.resource_type IN ('Volume', 'Snapshot')) AS c
 ORDER BY c.kind;
