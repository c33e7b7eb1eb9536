-- A live instance has the volume, but in cinder it is available, in error or being deleted. Cinder may attach it to another
-- instance while this one writes to it.
-- :check X01 bdm-volume-free
-- :severity critical
-- :title instance's volume that is not in-use in cinder
-- :database cell
-- :subject volume
-- :rule pair
-- :with with_volumes_not_in_use
-- :first with_bdms_by_volume -
-- :message volume {subject} of instance {instance_uuid} on {host} is {volume_status} in cinder
-- :remedy evac-manage volume show {subject}; cinder reset-state --state in-use --attach-status attached {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.volume_id AS subject
     , i.host AS host
     , b.instance_uuid
     , b.device_name
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.destination_type = 'volume'
   AND i.task_state IS NULL
   AND i.vm_state <> 'building'
   AND b.deleted = 0
 ORDER BY b.volume_id;
