-- SPDX-License-Identifier: Apache-2.0
-- Every live nova-compute row whose service is down, by host.
-- :stream
-- :database cell
-- :param down int
-- :param from text
-- :param to text
-- :reads services
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
     , s.host AS down_host
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM services AS s
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND (s.forced_down = 1
        OR COALESCE(COALESCE(s.last_seen_up, s.created_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1))
   AND s.deleted = 0
 ORDER BY k;
