-- Neutron has the port bound to another host than the one that nova has its instance on. The instance has no network there. An
-- evacuation that failed after it had moved the ports leaves this, and so does a row that was set by hand.
-- :check V01 port-on-other-host
-- :severity high
-- :title port bound to another host than the instance's
-- :database neutron
-- :subject port
-- :rule pair
-- :with with_instances_at_rest
-- :when bound_host <> instance_host
-- :when bound_host <> instance_node
-- :message port {subject} ({status}) is bound to {bound_host}, but instance {instance_uuid} ({vm_state}) is on {instance_host}
-- :remedy evac-manage instance show {instance_uuid}; openstack port show {subject}; openstack port set --host {instance_host} {subject}
-- :param from text
-- :param to text
-- :reads ports ml2_port_bindings
-- :needs ports.device_id
-- :needs ports.status
-- :needs ml2_port_bindings.host
-- :needs ml2_port_bindings.status
SELECT p.device_id AS k
     , p.id AS subject
     , b.host AS host
     , b.host AS bound_host
     , p.device_id AS instance_uuid
     , p.status
  FROM ports             AS p
  JOIN ml2_port_bindings AS b ON b.port_id = CONVERT(p.id USING ascii) AND b.status = 'ACTIVE'
 WHERE p.device_id >= @from
   AND p.device_id <= @to
   AND p.device_owner LIKE 'compute:%'
   AND b.host <> ''
 ORDER BY p.device_id;
