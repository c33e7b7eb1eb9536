-- For where owner_list does not tell: every owner that volumes and backups name, byte for byte, with how many rows name it. A volume of a cluster is the cluster's,
-- whichever member its host names.
-- :reads volumes backups :rows many
SELECT o.kind
     , o.owner   AS host
     , o.cluster AS cluster_name
     , o.n
  FROM (SELECT 'volume' AS kind, BINARY v.host AS owner, BINARY SUBSTRING_INDEX(v.cluster_name, '#', 1) AS cluster, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL AND v.deleted = 0
         GROUP BY owner, cluster
         UNION ALL
        SELECT 'backup', BINARY b.host AS owner, NULL, COUNT(*)
          FROM backups AS b
         WHERE b.host IS NOT NULL AND b.deleted = 0
         GROUP BY owner) AS o
 ORDER BY o.kind, o.owner, o.cluster;
