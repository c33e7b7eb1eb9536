-- The instance has been deleting for longer than --stuck. Its host was down, or one of its volumes could not be detached.
-- :check N16 instance-deleting-stuck
-- :severity medium
-- :title instance whose deletion does not end
-- :database cell
-- :subject instance
-- :message instance '{name}' on {host} has been {task_state} since {changed_at}
-- :remedy openstack server delete --force {subject}
-- :param stuck int
-- :reads instances
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.task_state
     , COALESCE(i.updated_at, i.created_at) AS changed_at
  FROM instances AS i
 WHERE i.task_state IN ('deleting', 'soft-deleting')
   AND COALESCE(i.updated_at, i.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND i.deleted = 0
 ORDER BY i.uuid;
