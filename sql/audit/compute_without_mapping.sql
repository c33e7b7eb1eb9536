-- Nova's API database maps this nova-compute to no cell. Nova-scheduler never chooses it, and an evacuation to it fails.
-- :check N26 compute-without-mapping
-- :severity medium
-- :title nova-compute that is mapped to no cell
-- :database cell
-- :subject host
-- :rule absent
-- :with with_host_mappings
-- :message nova-compute of {subject} in cell {cell} has no host mapping
-- :remedy nova-manage cell_v2 discover_hosts --verbose
-- :param from text
-- :param to text
-- :reads services
SELECT HEX(LOWER(CONVERT(s.host USING utf8mb4))) AS k
     , s.host AS subject
     , s.host AS host
     , s.id AS service_id
  FROM services AS s
 WHERE HEX(LOWER(CONVERT(s.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(s.host USING utf8mb4))) <= @to
   AND s.`binary` = 'nova-compute'
   AND s.deleted = 0
 ORDER BY k;
