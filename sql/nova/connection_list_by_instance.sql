-- How one instance reaches its volumes, the same rows as of bdm_list_by_instance: apart, as the connection is
-- long and may hold a key, and only the look at the storage needs it.
-- :param uuid text
-- :reads block_device_mapping :rows many
SELECT b.instance_uuid
     , b.volume_id
     , b.connection_info AS info
  FROM block_device_mapping AS b
 WHERE b.instance_uuid = @uuid
   AND b.destination_type = 'volume'
   AND b.volume_id IS NOT NULL
   AND b.deleted = 0
 ORDER BY b.instance_uuid, b.id;
