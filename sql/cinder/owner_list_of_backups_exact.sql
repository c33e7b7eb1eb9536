-- For where owner_list_of_backups does not tell: the same hosts, byte for byte, with how many rows name each.
-- :reads backups :rows many
SELECT 'backup'       AS kind
     , BINARY b.host  AS host
     , NULL           AS cluster_name
     , NULL           AS first_service
     , NULL           AS last_service
     , COUNT(*)       AS n
  FROM backups AS b
 WHERE b.host IS NOT NULL AND b.deleted = 0
 GROUP BY BINARY b.host
 ORDER BY BINARY b.host;
