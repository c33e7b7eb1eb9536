-- Every owner that volumes and backups name, byte for byte, with how many rows name it. By a number of the name: by the name itself the
-- server takes five times as long for it. Where two names share a number, host and last_host differ, be it in the case of letters alone,
-- and owner_list_exact tells; it does so, too, where rows are a cluster's, whichever member their host names.
-- :reads volumes backups :rows many
SELECT o.kind
     , o.host
     , o.last_host
     , o.n
     , o.n_clustered
  FROM (SELECT 'volume' AS kind, MIN(BINARY v.host) AS host, MAX(BINARY v.host) AS last_host, COUNT(*) AS n
             , COUNT(v.cluster_name) AS n_clustered
          FROM volumes AS v
         WHERE v.host IS NOT NULL AND v.deleted = 0
         GROUP BY CRC32(v.host)
         UNION ALL
        SELECT 'backup', MIN(BINARY b.host), MAX(BINARY b.host), COUNT(*), 0
          FROM backups AS b
         WHERE b.host IS NOT NULL AND b.deleted = 0
         GROUP BY CRC32(b.host)) AS o
 ORDER BY o.kind, BINARY o.host;
