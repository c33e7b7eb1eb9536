-- The same as instance_host_list, of the hosts whose names begin so: by the index of the hosts, without a pass over all instances. A LIKE gives
-- at least the names that begin so byte for byte, in any collation.
-- :param start text
-- :reads instances :rows many
SELECT MIN(BINARY i.host) AS first
     , MAX(BINARY i.host) AS last
  FROM instances AS i
 WHERE i.host LIKE CONCAT(REPLACE(REPLACE(@start, '\\', '_'), '%', '_'), '%')
   AND i.deleted = 0
 GROUP BY i.host;
