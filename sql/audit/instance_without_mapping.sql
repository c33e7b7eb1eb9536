-- Nova's API database has no mapping for the instance. The API answers that it does not exist, while it runs.
-- :check N07 instance-without-mapping
-- :severity high
-- :title instance without an instance mapping
-- :database cells
-- :subject instance
-- :rule absent
-- :with with_instance_mappings
-- :first with_instances_alone -
-- :message instance '{name}' ({vm_state} on {host}) of cell {cell} has no instance mapping
-- :remedy nova-manage cell_v2 map_instances --cell_uuid {cell_uuid} --reset
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
