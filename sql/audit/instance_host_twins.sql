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
         GROUP BY BINARY i.host) AS o
  JOIN services AS s ON BINARY LOWER(TRIM(s.host)) = BINARY LOWER(TRIM(o.host)) AND BINARY s.host <> BINARY o.host AND s.`binary` = 'nova-compute' AND s.deleted = 0
 ORDER BY subject, service_host;
