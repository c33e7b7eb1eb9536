-- One instance with every plain column of nova's Instance object 2.3 (the fields that all releases since Queens have),
-- locked until the transaction ends: what the evacuation's message says is what its transaction saw. And which session of the server
-- the transaction is in, the one whose settings are ours: session/connection_get asks the same.
-- :param uuid text
-- :reads instances :rows one
SELECT i.id
     , i.user_id
     , i.project_id
     , i.image_ref
     , i.kernel_id
     , i.ramdisk_id
     , i.hostname
     , i.launch_index
     , i.key_name
     , i.key_data
     , i.power_state
     , i.vm_state
     , i.task_state
     , i.memory_mb
     , i.vcpus
     , i.root_gb
     , i.ephemeral_gb
     , i.ephemeral_key_uuid
     , i.host
     , i.node
     , i.instance_type_id
     , i.user_data
     , i.reservation_id
     , i.launched_at
     , i.terminated_at
     , i.availability_zone
     , i.display_name
     , i.display_description
     , i.launched_on
     , i.locked
     , i.locked_by
     , i.os_type
     , i.architecture
     , i.vm_mode
     , i.uuid
     , i.root_device_name
     , i.default_ephemeral_device
     , i.default_swap_device
     , i.config_drive
     , i.access_ip_v4
     , i.access_ip_v6
     , i.auto_disk_config
     , i.progress
     , i.shutdown_terminate
     , i.disable_terminate
     , i.cell_name
     , i.cleaned
     , i.created_at
     , i.updated_at
     , i.deleted_at
     , i.deleted
     , CONNECTION_ID()        AS connection_id
     , @`evac_manage_session` AS marked
  FROM instances AS i
 WHERE i.uuid = @uuid
   AND i.deleted = 0
 ORDER BY i.id
   FOR UPDATE;
