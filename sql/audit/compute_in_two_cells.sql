-- Two cells have a live nova-compute record of one host. The host was moved to another cell and its old record remains, or two
-- hosts have one name.
-- :check N27 compute-in-two-cells
-- :severity high
-- :title nova-compute with a record in two cells
-- :database cell
-- :subject host
-- :rule several
-- :message nova-compute of {subject} has a record in cell {cell} and in another cell
-- :remedy evac-manage service list --host {subject}
-- :param from text
-- :param to text
-- :reads services
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
     , s.host AS subject
     , s.host AS host
     , s.id AS service_id
     , s.last_seen_up
  FROM services AS s
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND s.deleted = 0
 ORDER BY k;
