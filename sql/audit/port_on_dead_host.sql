-- A port of an instance is bound to a host whose nova-compute is down and that has no instance any more: they were evacuated or
-- deleted, and the port, or a second binding of it, stayed behind. Its instance, if it still exists, has no network; when the host
-- comes back, its network agent plugs in what it finds bound there.
-- :check V03 port-on-dead-host
-- :severity high
-- :title port bound to a dead host without instances
-- :database neutron
-- :subject port
-- :rule pair
-- :with with_computes_down_empty
-- :message port {subject} of instance {instance_uuid} has a binding ({binding_status}) on {bound_host}, whose nova-compute is down and which has no instance
-- :remedy evac-manage host return {bound_host}; openstack port show {subject}; openstack server show {instance_uuid}
-- :param from text
-- :param to text
-- :reads ports ml2_port_bindings
-- :needs ports.device_id
-- :needs ports.status
-- :needs ml2_port_bindings.host
-- :needs ml2_port_bindings.status
SELECT HEX(LOWER(CONVERT(b.host USING utf8mb4))) AS k
     , p.id AS subject
     , b.host AS host
     , b.host AS bound_host
     , b.status AS binding_status
     , p.device_id AS instance_uuid
  FROM ml2_port_bindings AS b
  JOIN ports             AS p ON p.id = CONVERT(b.port_id USING ascii)
 WHERE HEX(LOWER(CONVERT(b.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(b.host USING utf8mb4))) <= @to
   AND p.device_owner LIKE 'compute:%'
 ORDER BY k;
