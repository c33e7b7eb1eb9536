-- Every live nova-compute, by host.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads services
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
     , s.disabled AS service_disabled
  FROM services AS s
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND s.deleted = 0
 ORDER BY k;
