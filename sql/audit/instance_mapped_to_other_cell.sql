-- The API database maps the instance to another cell than the one that has it. The API answers that the instance does not
-- exist, or shows an old copy.
-- :check N08 instance-mapped-to-other-cell
-- :severity high
-- :title instance that is mapped to the wrong cell
-- :database cells
-- :subject instance
-- :rule pair
-- :with with_instance_mappings
-- :first with_instances_alone -
-- :when cell <> mapped_cell
-- :message instance '{name}' is in cell {cell}, but is mapped to {mapped_cell}
-- :remedy evac-manage instance show {subject}
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
     , i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
  FROM instances AS i
 WHERE i.uuid >= @from
   AND i.uuid <= @to
   AND i.deleted = 0
 ORDER BY i.uuid;
