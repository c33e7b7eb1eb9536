-- The attachment names an instance that is live in no cell. It remains when an instance is deleted while cinder does not
-- answer.
-- :check A07 attachment-of-unknown-instance
-- :severity high
-- :title attachment of an instance that no longer exists
-- :database cinder
-- :subject attachment
-- :rule absent
-- :with with_instances_alone
-- :message attachment {subject} of volume {volume_id} is for instance {instance_uuid}, which is in no cell
-- :remedy openstack --os-volume-api-version 3.27 volume attachment delete {subject}
-- :param from text
-- :param to text
-- :reads volume_attachment
SELECT a.instance_uuid AS k
     , a.id AS subject
     , a.attached_host AS host
     , a.volume_id
     , a.instance_uuid
     , a.attach_status
  FROM volume_attachment AS a
 WHERE a.instance_uuid >= @from
   AND a.instance_uuid <= @to
   AND a.deleted = 0
 ORDER BY a.instance_uuid;
