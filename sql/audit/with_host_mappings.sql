-- Every mapping of a host to a cell, by host.
-- :stream
-- :database api
-- :param from text
-- :param to text
-- :reads host_mappings cell_mappings
SELECT h.host AS k
     , COALESCE(c.name, c.uuid) AS mapped_cell
  FROM host_mappings AS h
  JOIN cell_mappings AS c ON c.id = h.cell_id
 WHERE h.host >= @from
   AND h.host <= @to
 ORDER BY h.host;
