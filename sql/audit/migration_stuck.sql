-- A resize or live migration has been in progress for longer than --stuck. Nova refuses operations on its instance, and its
-- capacity is claimed on two hosts.
-- :check N32 migration-stuck
-- :severity medium
-- :title migration that does not end
-- :database cell
-- :subject instance
-- :message {migration_type} {migration_id} of instance {subject} from {host} to {dest_compute} has been {status} since {changed_at}
-- :remedy openstack server migration list --server {subject}
-- :param stuck int
-- :reads migrations
SELECT m.instance_uuid AS subject
     , m.source_compute AS host
     , m.id AS migration_id
     , m.migration_type
     , m.status
     , m.dest_compute
     , COALESCE(m.updated_at, m.created_at) AS changed_at
  FROM migrations AS m
 WHERE m.migration_type <> 'evacuation'
   AND m.status IN ('accepted', 'queued', 'preparing', 'pre-migrating', 'migrating', 'post-migrating', 'running', 'confirming', 'reverting')
   AND COALESCE(m.updated_at, m.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND m.deleted = 0
 ORDER BY m.id;
