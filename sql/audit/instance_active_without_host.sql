-- The instance is shown as running or stopped but is on no host. No nova-compute is responsible for it.
-- :check N06 instance-active-without-host
-- :severity high
-- :title instance that is on no host
-- :database cell
-- :subject instance
-- :message instance '{name}' is {vm_state} (task {task_state}) and on no host
-- :remedy evac-manage instance show {subject}
-- :reads instances
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , i.task_state
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM instances AS i
 WHERE i.host IS NULL
   AND i.vm_state IN ('active', 'stopped', 'paused', 'suspended', 'rescued', 'resized')
   AND i.deleted = 0
 ORDER BY i.uuid;
