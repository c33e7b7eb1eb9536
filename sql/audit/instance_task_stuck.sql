-- The instance has had the same task for longer than --stuck. The service that worked on it was stopped, or lost the request.
-- :check N15 instance-task-stuck
-- :severity medium
-- :title instance whose task does not end
-- :database cell
-- :subject instance
-- :message instance '{name}' ({vm_state} on {host}) has been {task_state} since {changed_at}
-- :remedy openstack server set --state active {subject}
-- :param stuck int
-- :reads instances
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , i.task_state
     , COALESCE(i.updated_at, i.created_at) AS changed_at
  FROM instances AS i
 WHERE i.task_state IS NOT NULL
   AND i.task_state NOT IN ('rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning', 'deleting', 'soft-deleting')
   AND COALESCE(i.updated_at, i.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND i.deleted = 0
 ORDER BY i.uuid;
