-- The instance is in error. Its fault says why.
-- :check N42 instance-in-error
-- :severity low
-- :title instance in error
-- :database cell
-- :subject instance
-- :message instance '{name}' on {host} has been in error since {changed_at}
-- :remedy openstack server show {subject} -c fault; evac-manage instance show {subject}
-- :reads instances
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , COALESCE(i.updated_at, i.created_at) AS changed_at
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM instances AS i
 WHERE i.vm_state = 'error'
   AND i.deleted = 0
 ORDER BY i.uuid;
