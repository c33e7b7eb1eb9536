-- Every host that backups name, with how many rows name it, as owner_list has those of volumes: by numbers of the names, a third of the time
-- that names take. Where two share a number, or one is longer than what is compared (n_long), owner_list_of_backups_exact tells.
-- :reads backups :rows many
SELECT 'backup'                        AS kind
     , MIN(BINARY LEFT(b.host, 100))   AS host
     , MAX(BINARY LEFT(b.host, 100))   AS last_host
     , NULL                            AS cluster_name
     , NULL                            AS last_cluster_name
     , NULL                            AS first_service
     , NULL                            AS last_service
     , COUNT(*)                        AS n
     , SUM(CHAR_LENGTH(b.host) > 100)  AS n_long
  FROM backups AS b
 WHERE b.host IS NOT NULL AND b.deleted = 0
 GROUP BY CRC32(b.host)
 ORDER BY MIN(BINARY LEFT(b.host, 100));
