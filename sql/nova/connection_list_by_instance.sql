-- How some instances reach their volumes, the same rows as of bdm_list_by_instances: apart, as the connection is long and may hold a
-- key, and only the look at the storage needs it.
-- :param instance_uuids list  in the client one
-- :reads block_device_mapping :rows many
SELECT b.instance_uuid
     , b.volume_id
     , b.connection_info AS info
  FROM block_device_mapping AS b
 WHERE b.instance_uuid IN (@instance_uuids)
   AND b.destination_type = 'volume'
   AND b.volume_id IS NOT NULL
   AND b.deleted = 0
 ORDER BY b.instance_uuid, b.id;
