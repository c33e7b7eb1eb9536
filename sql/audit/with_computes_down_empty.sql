-- SPDX-License-Identifier: Apache-2.0
-- Every nova-compute that is down and that has no live instance, by host.
-- :stream
-- :database cell
-- :param down int
-- :param from text
-- :param to text
-- :reads services instances
SELECT s.host AS k
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM services AS s
 WHERE s.host >= @from
   AND s.host <= @to
   AND s.`binary` = 'nova-compute'
   AND (s.forced_down = 1
        OR COALESCE(COALESCE(s.last_seen_up, s.created_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1))
   AND NOT EXISTS (SELECT 1 FROM instances AS i WHERE i.host = s.host AND i.deleted = 0)
   AND s.deleted = 0
 ORDER BY s.host;
