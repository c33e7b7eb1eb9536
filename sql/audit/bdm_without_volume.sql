-- A live instance has a block device mapping to a volume that cinder does not have, or has deleted. The instance cannot be
-- rebuilt, evacuated or rebooted from it.
-- :check A04 bdm-without-volume
-- :severity high
-- :title block device mapping to a volume that no longer exists
-- :database cell
-- :subject instance
-- :rule absent
-- :with with_volumes
-- :first with_bdms_by_volume -
-- :message {device_name} of instance {subject} is volume {volume_id}, which cinder does not have
-- :remedy openstack server reboot --hard {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.instance_uuid AS subject
     , i.host AS host
     , b.id AS bdm_id
     , b.device_name
     , b.volume_id
     , b.attachment_id
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.destination_type = 'volume'
   AND b.deleted = 0
 ORDER BY b.volume_id;
