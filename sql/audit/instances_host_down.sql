-- Instances are on a host whose nova-compute has not reported for longer than service_down_time, or is forced down.
-- :check N02 instances-host-down
-- :severity critical
-- :title instances on a host that is down
-- :database cell
-- :subject host
-- :message {instances} instances are on {subject}, whose last heartbeat was {heartbeat_age_s} s ago (forced down: {forced_down})
-- :remedy evac-manage host show {subject}
-- :param down int
-- :reads instances services
SELECT o.host AS subject
     , o.host AS host
     , o.n AS instances
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
     , COALESCE(s.forced_down, 0) AS forced_down
     , s.disabled_reason
  FROM (SELECT MIN(i.host) AS host, COUNT(*) AS n
          FROM instances AS i
         WHERE i.host IS NOT NULL
           AND i.deleted = 0
         GROUP BY UNHEX(SHA2(i.host, 256))) AS o
  STRAIGHT_JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at, x.last_seen_up, x.created_at, x.forced_down, x.disabled_reason
                   FROM services AS x
                  WHERE x.`binary` = 'nova-compute'
                    AND (x.forced_down = 1
                         OR COALESCE(ABS(TIMESTAMPDIFF(SECOND, COALESCE(x.last_seen_up, x.created_at), UTC_TIMESTAMP())) > @down, 1))
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY o.host, 255) AND BINARY s.host = BINARY o.host
 ORDER BY subject, BINARY o.host;
