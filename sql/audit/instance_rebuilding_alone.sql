-- The instance has a rebuild task, but no open migration or action. Nova refuses operations on it until its state is reset.
-- :check N14 instance-rebuilding-alone
-- :severity high
-- :title rebuild task without an open evacuation
-- :database cell
-- :subject instance
-- :message instance '{name}' has been {task_state} since {changed_at}, without an open evacuation
-- :remedy evac-manage instance show {subject}; openstack server set --state error {subject}
-- :param stuck int
-- :reads instances migrations
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.task_state
     , COALESCE(i.updated_at, i.created_at) AS changed_at
  FROM instances AS i
 WHERE i.task_state IN ('rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning')
   AND COALESCE(i.updated_at, i.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND i.deleted = 0
   AND NOT EXISTS (SELECT 1
                     FROM migrations AS m
                    WHERE m.instance_uuid = CONVERT(i.uuid USING ascii)
                      AND m.status IN ('accepted', 'pre-migrating', 'running')
                      AND m.deleted = 0)
 ORDER BY i.uuid;
