-- A client is on the blocklist of a cluster that has disks of instances, and its entry ends within a day. If its host was frozen and is
-- not off, its guests write again after that. librbd's own entries last an hour: each start of a guest whose host died makes one. Where the host
-- can be powered off, that is the remedy. Ceph lengthens no entry that exists: it is taken off and put there anew, and in between
-- nothing keeps the client out.
-- :check S03 old-client-expires
-- :severity low
-- :title entry of a blocklist that ends soon
-- :database cell
-- :subject client
-- :rule ceph
-- :message client {client} is kept out of the cluster that has {image} until {until}; if its host was frozen and is not off, its guests write to their disks again after that
-- :remedy ceph osd {blocklist} rm {client} && ceph osd {blocklist} add {client} 157680000
-- :reads block_device_mapping instances
SELECT i.uuid AS instance
     , b.volume_id AS volume
     , b.connection_info AS info
     , NULL AS subject
     , NULL AS host
     , NULL AS image
     , NULL AS client
     , NULL AS until
     , NULL AS blocklist
  FROM block_device_mapping AS b
  JOIN instances AS i ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND i.deleted = 0
 WHERE b.deleted = 0
   AND ((b.destination_type = 'volume' AND b.volume_id IS NOT NULL AND LOCATE(BINARY '"rbd"', b.connection_info) > 0)
    OR (b.destination_type = 'local' AND b.boot_index = 0))
 ORDER BY i.uuid;
