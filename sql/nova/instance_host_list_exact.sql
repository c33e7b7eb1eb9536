-- For where instance_host_list does not tell: the spellings of a compute host that instances name, byte for byte.
-- :param host text
-- :reads instances :rows many
SELECT BINARY i.host AS host
  FROM instances AS i
 WHERE i.host = @host
   AND i.deleted = 0
 GROUP BY BINARY i.host;
