-- A volume is attached to a host and to no instance, as cinder does for a backup or an image transfer, but no such operation is
-- running.
-- :check A35 attachment-without-instance
-- :severity medium
-- :title attachment of a backup or transfer that has ended
-- :database cinder
-- :subject attachment
-- :message attachment {subject} holds volume {volume_id} on {host} for no instance; the volume is {volume_status}
-- :remedy openstack --os-volume-api-version 3.27 volume attachment delete {subject}
-- :reads volume_attachment volumes
SELECT a.id AS subject
     , a.attached_host AS host
     , a.volume_id
     , a.attach_status
     , v.status AS volume_status
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, a.updated_at, a.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volume_attachment AS a
  JOIN volumes AS v ON v.id = CONVERT(a.volume_id USING ascii) AND v.deleted = 0
 WHERE a.instance_uuid IS NULL
   AND v.status NOT IN ('backing-up', 'restoring-backup', 'uploading', 'downloading')
   AND a.deleted = 0
 ORDER BY a.id;
