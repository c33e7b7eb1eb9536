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
         GROUP BY BINARY i.host) AS o
 WHERE NOT EXISTS (SELECT 1
                     FROM services AS s     -- a deleted one is for instances_host_service_deleted
                    WHERE BINARY s.host = BINARY o.host AND s.`binary` = 'nova-compute')
 ORDER BY subject;
