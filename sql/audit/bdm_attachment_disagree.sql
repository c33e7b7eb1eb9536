-- Nova's block device mapping and cinder's attachment of the same id name different volumes or instances. A detach in nova
-- would detach another volume in cinder.
-- :check A36 bdm-attachment-disagree
-- :severity critical
-- :title block device mapping and attachment that disagree
-- :database cell
-- :subject instance
-- :rule pair
-- :with with_attachments
-- :first with_bdms_by_attachment -
-- :when bdm_says <> attachment_says
-- :message attachment {attachment_id}: nova says volume and instance {bdm_says}, cinder says {attachment_says}
-- :remedy evac-manage instance show {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.attachment_id AS k
     , b.instance_uuid AS subject
     , i.host AS host
     , b.attachment_id
     , CONCAT(b.volume_id, ' ', b.instance_uuid) AS bdm_says
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.attachment_id >= @from
   AND b.attachment_id <= @to
   AND b.deleted = 0
 ORDER BY b.attachment_id;
