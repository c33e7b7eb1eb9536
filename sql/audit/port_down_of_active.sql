-- The instance is active, and a port of it is not ACTIVE, though it was not put down by its owner: the network agent (or OVN) has
-- not reported that it is plugged in. The instance is without that network, or its agent is down.
-- :check V02 port-down-of-active
-- :severity high
-- :title port of an active instance that is not ACTIVE
-- :database neutron
-- :subject port
-- :rule pair
-- :with with_instances_at_rest
-- :when expected_state = vm_state
-- :message port {subject} of active instance {instance_uuid} on {instance_host} is {status} (bound to {bound_host}, {vif_type}; neutron waits for {waits_for})
-- :remedy evac-manage instance show {instance_uuid}; openstack port show {subject}; openstack network agent list --host {instance_host}
-- :param from text
-- :param to text
-- :reads ports ml2_port_bindings provisioningblocks
-- :needs ports.device_id
-- :needs ports.status
-- :needs ml2_port_bindings.host
-- :needs ml2_port_bindings.status
-- :needs provisioningblocks.entity
SELECT p.device_id AS k
     , p.id AS subject
     , COALESCE(b.host, '') AS host
     , COALESCE(NULLIF(b.host, ''), 'no host') AS bound_host
     , COALESCE(b.vif_type, 'unbound') AS vif_type
     , p.device_id AS instance_uuid
     , p.status
     , 'active' AS expected_state
     , COALESCE((SELECT GROUP_CONCAT(x.entity ORDER BY x.entity SEPARATOR ',')
                   FROM provisioningblocks AS x
                  WHERE x.standard_attr_id = p.standard_attr_id), 'nothing') AS waits_for
  FROM ports                  AS p
  LEFT JOIN ml2_port_bindings AS b ON b.port_id = CONVERT(p.id USING ascii) AND b.status = 'ACTIVE'
 WHERE p.device_id >= @from
   AND p.device_id <= @to
   AND p.device_owner LIKE 'compute:%'
   AND p.status <> 'ACTIVE'
   AND p.admin_state_up = 1
   AND COALESCE(b.vnic_type, '') <> 'baremetal'   -- no agent reports those
 ORDER BY p.device_id;
