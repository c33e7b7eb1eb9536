-- The network interfaces of every instance of one compute host, as nova keeps them (JSON). An instance without such a row is there
-- with NULL.
-- :param host text
-- :reads instances instance_info_caches :rows many
SELECT i.uuid AS instance_uuid
     , c.network_info
  FROM instances                 AS i
  LEFT JOIN instance_info_caches AS c ON c.instance_uuid = CONVERT(i.uuid USING ascii) AND c.deleted = 0
 WHERE i.host = @host
   AND BINARY i.host = BINARY @host
   AND i.deleted = 0
 ORDER BY i.id;
