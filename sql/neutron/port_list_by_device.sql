-- The ports of one instance, each with the binding in force: one statement, so that a port that is ACTIVE is never read together with
-- a host that it has been moved to since.
-- :param device_id text  the instance's uuid
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
 WHERE p.device_id = @device_id
 ORDER BY p.device_id, p.id;
