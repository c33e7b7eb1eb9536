-- Every owner that volumes and backups name, with how many rows name it; a volume of a cluster is the cluster's, whichever member its host
-- names. By numbers of the names: by names as long as these columns allow the server keeps the groups on its disk, or in long chains of
-- similar ones, and takes ten times as long. Where two names share a number, first and last differ, be it in the case of letters alone;
-- there, and where a name is longer than what is compared (n_long), owner_list_exact tells. One pass: cinder 21 and older have no index
-- of the host. A LIKE gives at least the names that begin so byte for byte, in any collation. The bytes are
-- asked for a '_' first, as few have one: a third of the time, and the name is not copied for it, as BINARY of the column would.
-- Where not every owner is asked for, with first and last of the services that an owner's volumes name.
-- :param whole  int   1: every owner; 0: those that one of the patterns fits, or whose node has a '_' (LIKE of it fits any sign there)
-- :param first  text  of LIKE
-- :param second text
-- :param third  text
-- :reads volumes backups :rows many
SELECT o.kind
     , o.host
     , o.last_host
     , o.cluster_name
     , o.last_cluster_name
     , o.first_service
     , o.last_service
     , o.n
     , o.n_long
  FROM (SELECT 'volume' AS kind, MIN(BINARY LEFT(v.host, 100)) AS host, MAX(BINARY LEFT(v.host, 100)) AS last_host
             , MIN(BINARY LEFT(SUBSTRING_INDEX(v.cluster_name, '#', 1), 100)) AS cluster_name
             , MAX(BINARY LEFT(SUBSTRING_INDEX(v.cluster_name, '#', 1), 100)) AS last_cluster_name
             , MIN(IF(@whole, NULL, v.service_uuid)) AS first_service, MAX(IF(@whole, NULL, v.service_uuid)) AS last_service
             , COUNT(*) AS n, SUM(CHAR_LENGTH(v.host) > 100 OR COALESCE(CHAR_LENGTH(v.cluster_name) > 100, 0)) AS n_long
          FROM volumes AS v
         WHERE v.host IS NOT NULL AND v.deleted = 0 AND (@whole OR v.host LIKE @first OR v.host LIKE @second OR v.host LIKE @third
              OR LOCATE(BINARY '_', v.host) > 0 AND LOCATE('_', SUBSTRING_INDEX(v.host, '@', 1)) > 0)
         GROUP BY CRC32(v.host), CRC32(SUBSTRING_INDEX(v.cluster_name, '#', 1))
         UNION ALL
        SELECT 'backup', MIN(BINARY LEFT(b.host, 100)), MAX(BINARY LEFT(b.host, 100)), NULL, NULL, NULL, NULL, COUNT(*), SUM(CHAR_LENGTH(b.host) > 100)
          FROM backups AS b
         WHERE b.host IS NOT NULL AND b.deleted = 0 AND (@whole OR b.host LIKE @first OR b.host LIKE @second OR b.host LIKE @third
              OR LOCATE(BINARY '_', b.host) > 0 AND LOCATE('_', SUBSTRING_INDEX(b.host, '@', 1)) > 0)
         GROUP BY CRC32(b.host)) AS o
 ORDER BY o.kind, BINARY o.host, BINARY o.cluster_name;
