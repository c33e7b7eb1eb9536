-- How the instances of one compute host reach their volumes, the same rows as of bdm_list_by_host: apart, as the connection is
-- long and may hold a key, and only the look at the storage needs it.
-- :param host text
-- :reads block_device_mapping instances :rows many
SELECT b.instance_uuid
     , b.volume_id
     , b.connection_info AS info
  FROM block_device_mapping AS b
  JOIN instances AS i ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND i.deleted = 0
 WHERE i.host = @host
   AND BINARY i.host = BINARY @host
   AND b.destination_type = 'volume'
   AND b.volume_id IS NOT NULL
   AND b.deleted = 0
 ORDER BY b.instance_uuid, b.id;
