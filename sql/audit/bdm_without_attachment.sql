-- The block device mapping names an attachment that cinder does not have, or has deleted. A detach or an evacuation fails on
-- it.
-- :check A05 bdm-without-attachment
-- :severity high
-- :title block device mapping without its attachment
-- :database cell
-- :subject instance
-- :rule absent
-- :with with_attachments
-- :first with_bdms_by_attachment -
-- :message volume {volume_id} of instance {subject} names attachment {attachment_id}, which cinder does not have
-- :remedy nova-manage volume_attachment refresh {subject} {volume_id} connector.json
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.attachment_id AS k
     , b.instance_uuid AS subject
     , i.host AS host
     , b.id AS bdm_id
     , b.volume_id
     , b.attachment_id
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.attachment_id >= @from
   AND b.attachment_id <= @to
   AND b.deleted = 0
 ORDER BY b.attachment_id;
