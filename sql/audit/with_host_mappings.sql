-- Every mapping of a host to a cell, by host.
-- :stream
-- :database api
-- :param from text
-- :param to text
-- :reads host_mappings cell_mappings
SELECT HEX(LOWER(CONVERT(h.host USING utf8mb4))) AS k
     , COALESCE(c.name, c.uuid) AS mapped_cell
  FROM host_mappings AS h
  JOIN cell_mappings AS c ON c.id = h.cell_id
 WHERE HEX(LOWER(CONVERT(h.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(h.host USING utf8mb4))) <= @to
 ORDER BY k;
