-- SPDX-License-Identifier: Apache-2.0
-- Every nova-compute that reports and is not forced down, by host.
-- :stream
-- :database cell
-- :param down int
-- :param from text
-- :param to text
-- :reads services
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
  FROM services AS s
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND s.forced_down = 0
   AND s.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
   AND s.deleted = 0
 ORDER BY k;
