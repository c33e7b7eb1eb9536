-- Instances are on a host whose nova-compute record was deleted. Its resource provider may have been deleted with it; the
-- host's next start creates a new record.
-- :check N03 instances-host-service-deleted
-- :severity critical
-- :title instances on a host whose nova-compute was deleted
-- :database cell
-- :subject host
-- :message {instances} instances are on {subject}, whose nova-compute record was deleted at {service_deleted_at}
-- :remedy evac-manage host show {subject}
-- :reads instances services
SELECT o.host AS subject
     , o.host AS host
     , o.n AS instances
     , MAX(s.deleted_at) AS service_deleted_at
  FROM (SELECT BINARY MIN(i.host) AS name, MIN(i.host) AS host, COUNT(*) AS n
          FROM instances AS i
         WHERE i.host IS NOT NULL
           AND i.deleted = 0
         GROUP BY UNHEX(SHA2(i.host, 256))) AS o
  STRAIGHT_JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at, x.deleted, x.deleted_at
                   FROM services AS x
                  WHERE x.`binary` = 'nova-compute'
                  LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY o.host, 255) AND BINARY s.host = BINARY o.host
 GROUP BY o.name, o.host, o.n
HAVING MIN(s.deleted) > 0
 ORDER BY subject, o.name;
