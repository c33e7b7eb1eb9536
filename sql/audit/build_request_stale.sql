-- A build request is older than --stuck. The API shows its instance as building for ever.
-- :check N40 build-request-stale
-- :severity medium
-- :title build request without progress
-- :database api
-- :subject instance
-- :message the build request of instance {subject} has existed since {created_at}
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
