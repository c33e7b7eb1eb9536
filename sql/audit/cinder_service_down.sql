-- SPDX-License-Identifier: Apache-2.0
-- A cinder service has not reported for longer than service_down_time. Either it is down, or its host was removed and its
-- record remains: then the record holds back every upgrade and fails a purge.
-- :check A48 cinder-service-down
-- :severity medium
-- :title cinder service that is down
-- :database cinder
-- :subject service
-- :message {subject}: last heartbeat {heartbeat_age_s} s ago (disabled: {disabled_reason})
-- :remedy evac-manage service list --host {service_host}; evac-manage service remove {kind} {service_host}
-- :param down int
-- :reads services
SELECT CONCAT(s.`binary`, ' ', s.host) AS subject
     , s.host AS host
     , s.host AS service_host
     , s.`binary` AS kind
     , TIMESTAMPDIFF(SECOND, COALESCE(s.updated_at, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
     , IF(s.disabled = 1, COALESCE(s.disabled_reason, 'no reason given'), 'no') AS disabled_reason
  FROM services AS s
 WHERE COALESCE(COALESCE(s.updated_at, s.created_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
   AND s.deleted = 0
 ORDER BY subject;
