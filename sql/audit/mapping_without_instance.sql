-- A mapping names an instance that its cell has never had or no longer has. It remains when rows are purged by hand.
-- :check N09 mapping-without-instance
-- :severity low
-- :title instance mapping without an instance
-- :database api
-- :subject instance
-- :rule absent
-- :with with_instances_ever
-- :first with_mappings_alone -
-- :message instance {subject} is mapped to cell {mapped_cell}, but is in no cell
-- :remedy DELETE FROM instance_mappings WHERE instance_uuid = {subject}
-- :param from text
-- :param to text
-- :reads instance_mappings cell_mappings
SELECT m.instance_uuid AS k
     , m.instance_uuid AS subject
     , NULL AS host
     , m.project_id
     , c.name AS mapped_cell
  FROM instance_mappings AS m
  LEFT JOIN cell_mappings AS c ON c.id = m.cell_id
 WHERE m.instance_uuid >= @from
   AND m.instance_uuid <= @to
 ORDER BY m.instance_uuid;
