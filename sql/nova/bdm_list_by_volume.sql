-- The block devices of instances that are made of one volume.
-- :param volume_id text
-- :reads block_device_mapping instances :rows many
SELECT b.instance_uuid
     , i.display_name AS name
     , i.host
     , i.vm_state
     , b.device_name
     , b.attachment_id
  FROM block_device_mapping AS b
  LEFT JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id = @volume_id
   AND b.deleted = 0
 ORDER BY b.instance_uuid, b.id;
