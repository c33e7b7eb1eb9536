-- The ports of some instances, each with the binding in force.
-- :param device_ids list  in the client one
-- :reads ports ml2_port_bindings :rows many
SELECT p.id
     , p.device_id
     , p.device_owner
     , p.status
     , p.admin_state_up
     , b.host
     , b.vif_type
     , b.vnic_type
  FROM ports                  AS p
  LEFT JOIN ml2_port_bindings AS b ON b.port_id = CONVERT(p.id USING ascii) AND b.status = 'ACTIVE'
 WHERE p.device_id IN (@device_ids)
 ORDER BY p.device_id, p.id;
