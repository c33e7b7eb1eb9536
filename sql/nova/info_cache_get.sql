-- The network interfaces of one instance, as nova keeps them (JSON).
-- :param uuid text
-- :reads instance_info_caches :rows one
SELECT c.instance_uuid
     , c.network_info
  FROM instance_info_caches AS c
 WHERE c.instance_uuid = @uuid
   AND c.deleted = 0
 ORDER BY c.id;
