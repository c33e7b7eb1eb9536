-- SPDX-License-Identifier: Apache-2.0
-- Every nova-compute that reports and is not forced down, by host.
-- :stream
-- :database cell
-- :param down int
-- :param from text
-- :param to text
-- :reads services
SELECT s.host AS k
  FROM services AS s
 WHERE s.host >= @from
   AND s.host <= @to
   AND s.`binary` = 'nova-compute'
   AND s.forced_down = 0
   AND s.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
   AND s.deleted = 0
 ORDER BY s.host;
