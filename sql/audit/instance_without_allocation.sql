-- The instance is on a host, but placement has no allocation for it. Its capacity is offered a second time, and an evacuation
-- to a chosen host fails.
-- :check P03 instance-without-allocation
-- :severity high
-- :title instance without an allocation
-- :database cell
-- :subject instance
-- :rule absent
-- :with with_allocations
-- :first with_instances_of_cells_alone -
-- :message instance '{name}' ({vm_state} on {host}) has no allocation in placement
-- :remedy nova-manage placement heal_allocations --instance {subject}
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
   AND i.host IS NOT NULL
   AND i.vm_state NOT IN ('building', 'shelved_offloaded')
   AND i.deleted = 0
 ORDER BY i.uuid;
