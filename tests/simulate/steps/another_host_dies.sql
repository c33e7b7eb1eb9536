-- An instance ran on another host, which died with the first one: what nova and neutron and cinder have of that (nova compute/resource_tracker.py
-- finish_evacuation and compute/manager.py write the same of a new host). @uuid, @host.
UPDATE nova.instances SET host = @host, node = @host, launched_on = @host WHERE uuid = @uuid AND deleted = 0;
UPDATE neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id SET b.host = @host WHERE p.device_id = @uuid;
UPDATE cinder.volume_attachment SET attached_host = @host WHERE instance_uuid = @uuid AND deleted = 0;
