-- An attachment has been in a transitional status, or in error, for longer than --stuck. Its volume cannot be used.
-- :check A34 attachment-stuck
-- :severity medium
-- :title attachment in a transitional status for too long
-- :database cinder
-- :subject attachment
-- :message attachment {subject} of volume {volume_id} has been {attach_status} since {changed_at}
-- :remedy openstack --os-volume-api-version 3.27 volume attachment delete {subject}
-- :param stuck int
-- :reads volume_attachment
SELECT a.id AS subject
     , a.attached_host AS host
     , a.volume_id
     , a.instance_uuid
     , a.attach_status
     , COALESCE(a.updated_at, a.created_at) AS changed_at
  FROM volume_attachment AS a
 WHERE (a.attach_status IN ('reserved', 'attaching', 'detaching') OR a.attach_status LIKE 'error%')
   AND COALESCE(a.updated_at, a.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND a.deleted = 0
 ORDER BY a.id;
