-- A live migration ended and left its second binding of a port behind. The next live migration of the instance to that host fails
-- at the port, until the binding is deleted (neutron's API: DELETE /v2.0/ports/PORT/bindings/HOST).
-- :check V04 port-binding-left
-- :severity low
-- :title inactive port binding of a migration that is over
-- :database neutron
-- :subject port
-- :rule pair
-- :with with_instances_at_rest
-- :when binding_host <> instance_host
-- :message port {subject} of instance {instance_uuid}, which is on {instance_host} without a task, still has an inactive binding on {binding_host}
-- :remedy evac-manage instance show {instance_uuid}; openstack port show {subject}
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
     , b.host AS binding_host
     , p.device_id AS instance_uuid
  FROM ports             AS p
  JOIN ml2_port_bindings AS b ON b.port_id = CONVERT(p.id USING ascii) AND b.status = 'INACTIVE'
 WHERE p.device_id >= @from
   AND p.device_id <= @to
   AND p.device_owner LIKE 'compute:%'
 ORDER BY p.device_id;
