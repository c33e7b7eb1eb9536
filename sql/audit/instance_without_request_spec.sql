-- The instance has no request spec. It can be neither migrated nor evacuated: from Stein on nova-api refuses the request and
-- nova-conductor fails.
-- :check N19 instance-without-request-spec
-- :severity high
-- :title instance without a request spec
-- :database cell
-- :subject instance
-- :rule absent
-- :with with_request_specs
-- :first with_instances_of_cells_alone -
-- :message instance '{name}' ({vm_state} on {host}) has no request spec
-- :remedy nova-manage db online_data_migrations; evac-manage instance show {subject}
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
   AND i.deleted = 0
 ORDER BY i.uuid;
