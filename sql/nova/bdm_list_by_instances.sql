-- The volumes that some instances use.
-- :param instance_uuids list  in the client one
-- :reads block_device_mapping :rows many
SELECT b.instance_uuid
     , b.volume_id
     , b.attachment_id
     , b.boot_index
  FROM block_device_mapping AS b
 WHERE b.instance_uuid IN (@instance_uuids)
   AND b.destination_type = 'volume'
   AND b.volume_id IS NOT NULL
   AND b.deleted = 0
 ORDER BY b.instance_uuid, b.id;
