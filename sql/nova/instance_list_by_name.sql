-- Instances of exactly this name; names are not unique, and have no index: the ids are found in a pass that reads nothing else, half the
-- time (a LIMIT that cuts nothing keeps the server from joining the two).
-- :param name text
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
  FROM (SELECT n.id
          FROM instances AS n
         WHERE n.display_name = @name   -- in the collation: quicker in passing
           AND BINARY n.display_name = BINARY @name
           AND n.deleted = 0
         LIMIT 18446744073709551615) AS named
  STRAIGHT_JOIN instances AS i ON i.id = named.id AND i.deleted = 0
 ORDER BY i.id;
