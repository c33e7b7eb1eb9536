-- The host of instances differs from their nova-compute's host only in case or blanks. To MariaDB the two names are equal, to
-- nova they are not.
-- :check N37 instance-host-twins
-- :severity high
-- :title instances on a host name that differs only in case
-- :database cell
-- :subject host
-- :message {instances} instances are on {subject}, but the nova-compute is '{service_host}'
-- :remedy evac-manage instance list --host {service_host}
-- :reads instances services
SELECT o.host AS subject
     , o.host AS host
     , s.host AS service_host
     , o.n AS instances
  FROM (SELECT MIN(i.host) AS host, COUNT(*) AS n
          FROM instances AS i
         WHERE i.host IS NOT NULL
           AND i.deleted = 0
         GROUP BY UNHEX(SHA2(i.host, 256))) AS o
  STRAIGHT_JOIN (SELECT x.host, LEFT(BINARY LOWER(TRIM(x.host)), 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'nova-compute'
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s
    ON s.at = LEFT(BINARY LOWER(TRIM(o.host)), 255) AND BINARY LOWER(TRIM(s.host)) = BINARY LOWER(TRIM(o.host)) AND BINARY s.host <> BINARY o.host
 ORDER BY subject, service_host;
