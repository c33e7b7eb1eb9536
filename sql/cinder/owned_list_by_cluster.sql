-- All that belongs to a cluster (cluster, cluster@backend or cluster@backend#pool), byte for byte.
-- :param cluster text
-- :reads volumes groups consistencygroups image_volume_cache_entries :rows many
SELECT r.kind
     , r.id
     , r.name
     , r.cluster_name
  FROM (SELECT 'volume' AS kind, CONVERT(x.id USING utf8mb4) AS id, CONVERT(x.display_name USING utf8mb4) AS name, CONVERT(x.cluster_name USING utf8mb4) AS cluster_name FROM volumes AS x
         WHERE (BINARY x.cluster_name = BINARY @cluster
                OR BINARY LEFT(x.cluster_name, CHAR_LENGTH(@cluster) + 1) IN (BINARY CONCAT(@cluster, '#'), BINARY CONCAT(@cluster, '@'))) AND x.deleted = 0
         UNION ALL
        SELECT 'group' AS kind, CONVERT(x.id USING utf8mb4) AS id, CONVERT(x.name USING utf8mb4) AS name, CONVERT(x.cluster_name USING utf8mb4) AS cluster_name FROM `groups` AS x
         WHERE (BINARY x.cluster_name = BINARY @cluster
                OR BINARY LEFT(x.cluster_name, CHAR_LENGTH(@cluster) + 1) IN (BINARY CONCAT(@cluster, '#'), BINARY CONCAT(@cluster, '@'))) AND x.deleted = 0
         UNION ALL
        SELECT 'consistencygroup' AS kind, CONVERT(x.id USING utf8mb4) AS id, CONVERT(x.name USING utf8mb4) AS name, CONVERT(x.cluster_name USING utf8mb4) AS cluster_name FROM consistencygroups AS x
         WHERE (BINARY x.cluster_name = BINARY @cluster
                OR BINARY LEFT(x.cluster_name, CHAR_LENGTH(@cluster) + 1) IN (BINARY CONCAT(@cluster, '#'), BINARY CONCAT(@cluster, '@'))) AND x.deleted = 0
         UNION ALL
        SELECT 'image_volume_cache_entry' AS kind, CONVERT(x.id USING utf8mb4) AS id, CONVERT(x.image_id USING utf8mb4) AS name, CONVERT(x.cluster_name USING utf8mb4) AS cluster_name FROM image_volume_cache_entries AS x
         WHERE (BINARY x.cluster_name = BINARY @cluster
                OR BINARY LEFT(x.cluster_name, CHAR_LENGTH(@cluster) + 1) IN (BINARY CONCAT(@cluster, '#'), BINARY CONCAT(@cluster, '@')))) AS r
 ORDER BY r.kind, r.id;
