-- Two cells have a live record of one instance. A move between cells was not finished, or a backup of a database was restored.
-- :check N11 instance-in-two-cells
-- :severity critical
-- :title instance with a record in two cells
-- :database cells
-- :subject instance
-- :rule several
-- :first with_instances_alone -
-- :message instance '{name}' is in cell {cell} on {host}, and in another cell
-- :remedy evac-manage instance show {subject}
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
     , i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
  FROM instances AS i
 WHERE i.uuid >= @from
   AND i.uuid <= @to
   AND i.deleted = 0
 ORDER BY i.uuid;
