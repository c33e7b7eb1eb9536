-- Every compute host that an instance names, byte for byte: a host whose service record is gone lives on here.
-- :reads instances :rows many
SELECT BINARY i.host AS host
  FROM instances AS i
 WHERE i.host IS NOT NULL
   AND i.deleted = 0
 GROUP BY BINARY i.host
 ORDER BY BINARY i.host;
