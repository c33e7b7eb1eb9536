-- For where owner_list does not tell: the same owners, byte for byte, with how many rows name each. A volume of a cluster is the cluster's,
-- whichever member its host names.
-- :param whole  int   1: every owner; 0: those that one of the patterns fits, or whose node has a '_' (LIKE of it fits any sign there)
-- :param first  text  of LIKE
-- :param second text
-- :param third  text
-- :reads volumes backups :rows many
SELECT o.kind
     , o.owner   AS host
     , o.cluster AS cluster_name
     , o.first_service
     , o.last_service
     , o.n
  FROM (SELECT 'volume' AS kind, BINARY v.host AS owner, BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) AS cluster, COUNT(*) AS n
             , MIN(IF(@whole, NULL, v.service_uuid)) AS first_service, MAX(IF(@whole, NULL, v.service_uuid)) AS last_service
          FROM volumes AS v
         WHERE v.host IS NOT NULL AND v.deleted = 0 AND (@whole OR v.host LIKE @first OR v.host LIKE @second OR v.host LIKE @third
              OR LOCATE(BINARY '_', v.host) > 0 AND LOCATE('_', SUBSTRING_INDEX(v.host, '@', 1)) > 0)
         GROUP BY owner, cluster
         UNION ALL
        SELECT 'backup', BINARY b.host AS owner, NULL, COUNT(*), NULL, NULL
          FROM backups AS b
         WHERE b.host IS NOT NULL AND b.deleted = 0 AND (@whole OR b.host LIKE @first OR b.host LIKE @second OR b.host LIKE @third
              OR LOCATE(BINARY '_', b.host) > 0 AND LOCATE('_', SUBSTRING_INDEX(b.host, '@', 1)) > 0)
         GROUP BY owner) AS o
 ORDER BY o.kind, o.owner, o.cluster;
