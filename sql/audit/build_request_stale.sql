-- A build request is older than --stuck. The instance it stands for is shown as building for ever.
-- :check N40 build-request-stale
-- :severity medium
-- :title build request that nobody works on
-- :database api
-- :subject instance
-- :message the build request of instance {subject} is there since {created_at}
-- :remedy openstack server delete {subject}
-- :param stuck int
-- :reads build_requests
SELECT r.instance_uuid AS subject
     , NULL AS host
     , r.project_id
     , r.created_at
  FROM build_requests AS r
 WHERE r.created_at < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
 ORDER BY r.instance_uuid;
