-- What an instance asks of a host: its flavor as it was booted with, its NUMA cells, its ports (all of them JSON of nova's).
-- :param uuid text
-- :reads instances instance_extra instance_info_caches :rows one
SELECT i.uuid
     , i.ephemeral_gb
     , x.flavor
     , x.numa_topology
     , c.network_info
  FROM instances                 AS i
  LEFT JOIN instance_extra       AS x ON x.instance_uuid = i.uuid AND x.deleted = 0
  LEFT JOIN instance_info_caches AS c ON c.instance_uuid = i.uuid AND c.deleted = 0
 WHERE i.uuid = @uuid
   AND i.deleted = 0
 ORDER BY i.id;
