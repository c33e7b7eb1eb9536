-- Instances are on a host without a nova-compute record: it never had one, or the record was purged. Nova cannot carry out any
-- operation on them.
-- :check N01 instances-host-without-service
-- :severity critical
-- :title instances on a host without a nova-compute
-- :database cell
-- :subject host
-- :message {instances} instances are on {subject}, which has no nova-compute record
-- :remedy evac-manage host show {subject}
-- :reads instances services
SELECT o.host AS subject
     , o.host AS host
     , o.n AS instances
     , o.example
  FROM (SELECT MIN(i.host) AS host, COUNT(*) AS n, MIN(i.uuid) AS example
          FROM instances AS i
         WHERE i.host IS NOT NULL
           AND i.deleted = 0
         GROUP BY UNHEX(SHA2(i.host, 256))) AS o
  LEFT JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at
               FROM services AS x     -- a deleted one is for instances_host_service_deleted
              WHERE x.`binary` = 'nova-compute'
              LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY o.host, 255) AND BINARY s.host = BINARY o.host
 WHERE s.at IS NULL
 ORDER BY subject, BINARY o.host;
