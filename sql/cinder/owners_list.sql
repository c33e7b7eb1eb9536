-- Every owner that volumes and backups name, byte for byte, with how many rows name it.
-- :reads volumes backups :rows many
SELECT o.kind
     , o.host
     , o.n
  FROM (SELECT 'volume' AS kind, BINARY v.host AS host, COUNT(*) AS n
          FROM volumes AS v
         WHERE v.host IS NOT NULL AND v.deleted = 0
         GROUP BY BINARY v.host
         UNION ALL
        SELECT 'backup', BINARY b.host, COUNT(*)
          FROM backups AS b
         WHERE b.host IS NOT NULL AND b.deleted = 0
         GROUP BY BINARY b.host) AS o
 ORDER BY o.kind, o.host;
