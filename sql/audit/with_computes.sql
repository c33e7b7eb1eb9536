-- Every live nova-compute, by host.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads services
SELECT s.host AS k
     , s.disabled AS service_disabled
  FROM services AS s
 WHERE s.host >= @from
   AND s.host <= @to
   AND s.`binary` = 'nova-compute'
   AND s.deleted = 0
 ORDER BY s.host;
