-- Every instance of some compute hosts, oldest first; also of hosts whose names the server takes for theirs: whoever asks compares byte
-- for byte.
-- :param hosts list  in the client one
-- :reads instances block_device_mapping :rows many
SELECT i.uuid
     , i.id
     , i.display_name AS name
     , i.project_id
     , i.user_id
     , i.host
     , i.node
     , i.vm_state
     , i.task_state
     , i.power_state
     , i.vcpus
     , i.memory_mb
     , i.root_gb
     , i.image_ref
     , i.launched_at
     , i.config_drive
     , (SELECT b.destination_type
          FROM block_device_mapping AS b
         WHERE b.instance_uuid = CONVERT(i.uuid USING ascii)
           AND b.boot_index = 0
           AND b.deleted = 0
         ORDER BY b.id
         LIMIT 1) AS root_destination
  FROM instances AS i
 WHERE i.host IN (@hosts)
   AND i.deleted = 0
 ORDER BY i.id;
