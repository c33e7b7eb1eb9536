-- The volume is 'available' or 'error', but one of its attachments is 'attached'. Another instance that attaches it would write
-- beside the first one, and both lose data.
-- :check A03 volume-free-but-attached
-- :severity critical
-- :title volume that is attached but not in-use
-- :database cinder
-- :subject volume
-- :message volume '{name}' is {status}, but attachment {attachment_id} to instance {instance_uuid} on {attached_host} is attached
-- :remedy evac-manage volume show {subject}; cinder reset-state --state in-use --attach-status attached {subject}
-- :reads volumes volume_attachment
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.status
     , a.id AS attachment_id
     , a.instance_uuid
     , a.attached_host
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volumes AS v
  STRAIGHT_JOIN volume_attachment AS a ON a.volume_id = CONVERT(v.id USING ascii) AND a.deleted = 0
 WHERE v.status IN ('available', 'error')
   AND a.attach_status = 'attached'
   AND v.deleted = 0
 ORDER BY v.id, a.id;
