-- Cinder has an attachment for an instance, but no block device mapping of that instance names it. A failed evacuation leaves
-- such an attachment, 'reserved', beside the right one; the volume never becomes available.
-- :check A06 attachment-without-bdm
-- :severity high
-- :title attachment that no block device mapping names
-- :database cinder
-- :subject attachment
-- :rule absent
-- :with with_bdms_by_volume
-- :unless attachment_id = bdm_attachment_id
-- :unless instance_uuid = legacy_instance_uuid
-- :message attachment {subject} ({attach_status}) of volume {volume_id} to instance {instance_uuid}: no block device mapping names it
-- :remedy openstack --os-volume-api-version 3.27 volume attachment delete {subject}
-- :param from text
-- :param to text
-- :reads volume_attachment
SELECT a.volume_id AS k
     , a.id AS subject
     , a.attached_host AS host
     , a.id AS attachment_id
     , a.volume_id
     , a.instance_uuid
     , a.attach_status
  FROM volume_attachment AS a
 WHERE a.volume_id >= @from
   AND a.volume_id <= @to
   AND a.instance_uuid IS NOT NULL
   AND a.deleted = 0
 ORDER BY a.volume_id;
