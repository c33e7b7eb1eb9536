-- The volume is 'in-use', but cinder has no attachment that keeps it so. Detaching fails, as there is nothing to detach.
-- :check A02 volume-in-use-without-attachment
-- :severity high
-- :title in-use volume without an attachment
-- :database cinder
-- :subject volume
-- :message volume '{name}' is in-use, but has no live attachment
-- :remedy evac-manage volume show {subject}; cinder reset-state --state available --attach-status detached {subject}
-- :reads volumes volume_attachment
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.attach_status
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volumes AS v
  LEFT JOIN volume_attachment AS a ON a.volume_id = v.id
                                  AND a.attach_status IN ('attached', 'attaching', 'detaching')
                                  AND a.deleted = 0
 WHERE a.id IS NULL
   AND v.status = 'in-use'
   AND v.deleted = 0
 ORDER BY v.id;
