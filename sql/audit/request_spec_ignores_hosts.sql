-- An old evacuation left ignore_hosts in the request spec (nova bug 1669054). Nova-scheduler never chooses those hosts again
-- for this instance.
-- :check N21 request-spec-ignores-hosts
-- :severity medium
-- :title request spec that still ignores hosts
-- :database api
-- :subject instance
-- :message the request spec of instance {subject} ignores {ignored}
-- :remedy UPDATE request_specs SET spec = JSON_SET(spec, '$."nova_object.data".ignore_hosts', NULL) WHERE instance_uuid = {subject}
-- :reads request_specs
SELECT r.instance_uuid AS subject
     , NULL AS host
     , JSON_EXTRACT(r.spec, '$."nova_object.data".ignore_hosts') AS ignored
  FROM request_specs AS r
 WHERE LOCATE(BINARY '"ignore_hosts": ["', r.spec) > 0
 ORDER BY r.instance_uuid;
