-- An evacuation was accepted or began long ago and has neither ended nor failed. If its old host is powered on, its
-- nova-compute destroys the guest there.
-- :check N12 evacuation-unfinished
-- :severity high
-- :title evacuation that never ended
-- :database cell
-- :subject instance
-- :message evacuation {migration_id} of instance {subject} from {host} has been {status} since {changed_at}
-- :remedy evac-manage migration close {migration_id}
-- :param stuck int
-- :reads migrations
SELECT m.instance_uuid AS subject
     , m.source_compute AS host
     , m.id AS migration_id
     , m.status
     , m.dest_compute
     , COALESCE(m.updated_at, m.created_at) AS changed_at
  FROM migrations AS m
 WHERE m.migration_type = 'evacuation'
   AND m.status IN ('accepted', 'pre-migrating', 'running')
   AND COALESCE(m.updated_at, m.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND m.deleted = 0
 ORDER BY m.id;
