-- The API database maps a host that has no nova-compute. The mapping remains when a host is removed by hand, and its name
-- cannot be mapped to another cell.
-- :check N25 host-mapping-without-service
-- :severity low
-- :title host mapping without a nova-compute
-- :database api
-- :subject host
-- :rule absent
-- :with with_computes
-- :message {subject} is mapped to cell {mapped_cell}, but has no nova-compute
-- :remedy nova-manage cell_v2 delete_host --cell_uuid {cell_uuid} --host {subject}
-- :param from text
-- :param to text
-- :reads host_mappings cell_mappings
SELECT HEX(LOWER(CONVERT(h.host USING utf8mb4))) AS k
     , h.host AS subject
     , h.host AS host
     , c.name AS mapped_cell
     , c.uuid AS cell_uuid
  FROM host_mappings AS h
  JOIN cell_mappings AS c ON c.id = h.cell_id
 WHERE HEX(LOWER(CONVERT(h.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(h.host USING utf8mb4))) <= @to
 ORDER BY k;
