-- Every mapping of an instance to a cell, by instance.
-- :stream
-- :database api
-- :param from text
-- :param to text
-- :reads instance_mappings cell_mappings
SELECT m.instance_uuid AS k
     , IF(c.uuid = '00000000-0000-0000-0000-000000000000', 'cell0', COALESCE(c.name, c.uuid)) AS mapped_cell
  FROM instance_mappings AS m
  LEFT JOIN cell_mappings AS c ON c.id = m.cell_id
 WHERE m.instance_uuid >= @from
   AND m.instance_uuid <= @to
 ORDER BY m.instance_uuid;
