-- SPDX-License-Identifier: Apache-2.0
-- Every nova-compute that is down and that has no live instance, by host.
-- :stream
-- :database cell
-- :param down int
-- :param from text
-- :param to text
-- :reads services instances
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM services AS s
  LEFT JOIN (SELECT BINARY MIN(i.host) AS name, MIN(LEFT(BINARY i.host, 255)) AS at
               FROM instances AS i
              WHERE i.host IS NOT NULL
                AND i.deleted = 0
              GROUP BY UNHEX(SHA2(i.host, 256))) AS o ON o.at = LEFT(BINARY s.host, 255) AND o.name = BINARY s.host
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND (s.forced_down = 1
        OR COALESCE(COALESCE(s.last_seen_up, s.created_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1))
   AND o.name IS NULL
   AND s.deleted = 0
 ORDER BY k;
