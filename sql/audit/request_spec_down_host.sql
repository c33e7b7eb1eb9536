-- SPDX-License-Identifier: Apache-2.0
-- The request spec forces a host (force_hosts) whose nova-compute is down. Every instance that was once requested on a host has
-- one. Nova ignores it for a migration, an evacuation and an unshelve; any other scheduling ends in 'no valid host'.
-- :check N44 request-spec-down-host
-- :severity low
-- :title request spec that forces a host that is down
-- :database api
-- :subject instance
-- :rule pair
-- :with with_computes_down
-- :when forced_host = down_host
-- :message the request spec of instance {subject} forces host {forced_host}, whose last heartbeat was {heartbeat_age_s} s ago
-- :remedy UPDATE request_specs SET spec = JSON_SET(spec, '$."nova_object.data".force_hosts', NULL) WHERE instance_uuid = {subject}
-- :param from text
-- :param to text
-- :reads request_specs
SELECT HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) AS k
     , f.instance_uuid AS subject
     , f.forced_host AS host
     , f.forced_host
  FROM (SELECT r.instance_uuid
             , TRIM('"' FROM JSON_EXTRACT(r.spec, '$."nova_object.data".force_hosts[0]')) AS forced_host
          FROM request_specs AS r
         WHERE LOCATE(BINARY '"force_hosts": ["', r.spec) > 0
         LIMIT 18446744073709551615) AS f     -- the few that have one, before their JSON is read
 WHERE HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) <= @to
 ORDER BY k, f.instance_uuid;
