-- SPDX-License-Identifier: Apache-2.0
-- A nova service has not reported for longer than service_down_time, or is forced down. Either it is down, or its host was
-- removed and its record remains: then the record holds back the message versions of all others.
-- :check N43 nova-service-down
-- :severity medium
-- :title nova service that is down
-- :database cells
-- :subject service
-- :message {subject}: last heartbeat {heartbeat_age_s} s ago (forced down: {forced_down}, disabled: {disabled_reason})
-- :remedy evac-manage service list --host {service_host}; openstack compute service list --host {service_host}
-- :param down int
-- :reads services
SELECT CONCAT(s.`binary`, ' ', s.host) AS subject
     , s.host AS host
     , s.host AS service_host
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
     , COALESCE(s.forced_down, 0) AS forced_down
     , IF(s.disabled = 1, COALESCE(s.disabled_reason, 'no reason given'), 'no') AS disabled_reason
  FROM services AS s
 WHERE (s.forced_down = 1
        OR COALESCE(COALESCE(s.last_seen_up, s.created_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1))
   AND s.`binary` NOT IN ('nova-osapi_compute', 'nova-metadata')   -- the APIs write a row at their start, and no heartbeat
   AND s.deleted = 0
 ORDER BY subject;
