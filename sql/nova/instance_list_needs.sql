-- What some instances ask of a host: the flavor as each was booted with, its NUMA cells, its ports (all of them JSON of nova's); and the
-- disks that nova made for it beside its root: blank_gb, swap_mb as its block devices have them; and the kernel that it boots with.
-- :param uuids list  in the client one
-- :reads instances instance_extra instance_info_caches block_device_mapping :rows many
SELECT i.uuid
     , i.ephemeral_gb
     , i.kernel_id
     , (SELECT CAST(SUM(b.volume_size) AS SIGNED)
          FROM block_device_mapping AS b
         WHERE b.instance_uuid = CONVERT(i.uuid USING ascii)
           AND b.source_type = 'blank'
           AND b.destination_type = 'local'
           AND COALESCE(b.guest_format, '') <> 'swap'
           AND b.deleted = 0) AS blank_gb
     , (SELECT CAST(SUM(b.volume_size) AS SIGNED)
          FROM block_device_mapping AS b
         WHERE b.instance_uuid = CONVERT(i.uuid USING ascii)
           AND b.source_type = 'blank'
           AND b.destination_type = 'local'
           AND b.guest_format = 'swap'
           AND b.deleted = 0) AS swap_mb
     , x.flavor
     , x.numa_topology
     , c.network_info
  FROM instances                 AS i
  LEFT JOIN instance_extra       AS x ON x.instance_uuid = CONVERT(i.uuid USING ascii) AND x.deleted = 0
  LEFT JOIN instance_info_caches AS c ON c.instance_uuid = CONVERT(i.uuid USING ascii) AND c.deleted = 0
 WHERE i.uuid IN (@uuids)
   AND i.deleted = 0
 ORDER BY i.uuid, i.id;
