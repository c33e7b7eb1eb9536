-- The instance has no task, but the attachment of its volume is not 'attached'. The volume was reserved and never connected, or
-- it was detached in cinder alone.
-- :check X03 bdm-attachment-not-attached
-- :severity medium
-- :title instance's volume that is not attached in cinder
-- :database cell
-- :subject instance
-- :rule pair
-- :with with_attachments_not_attached
-- :first with_bdms_by_attachment -
-- :message volume {volume_id} of instance {subject} ({vm_state}): its attachment {attachment_id} is {attach_status}
-- :remedy nova-manage volume_attachment refresh {subject} {volume_id} connector.json
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.attachment_id AS k
     , b.instance_uuid AS subject
     , i.host AS host
     , i.vm_state
     , b.volume_id
     , b.attachment_id
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.attachment_id >= @from
   AND b.attachment_id <= @to
   AND i.vm_state IN ('active', 'stopped', 'paused')
   AND i.task_state IS NULL
   AND b.deleted = 0
 ORDER BY b.attachment_id;
