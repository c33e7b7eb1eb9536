-- nova compute/manager.py _do_rebuild_instance and _rebuild_default_impl: the ports are the new host's and wait for its agent, the
-- volumes are attached there, and the driver's spawn begins. @uuid, @host.
UPDATE neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id SET b.host = @host WHERE p.device_id = @uuid;
UPDATE neutron.ports SET status = 'DOWN' WHERE device_id = @uuid;
INSERT INTO neutron.provisioningblocks (standard_attr_id, entity) SELECT standard_attr_id, 'L2' FROM neutron.ports WHERE device_id = @uuid
    ON DUPLICATE KEY UPDATE entity = entity;
UPDATE nova.instance_info_caches SET network_info = REPLACE(network_info, '"active": true', '"active": false'), updated_at = UTC_TIMESTAMP()
 WHERE instance_uuid = @uuid;
UPDATE cinder.volume_attachment SET attached_host = @host, updated_at = UTC_TIMESTAMP() WHERE instance_uuid = @uuid AND deleted = 0;
UPDATE nova.instances SET task_state = 'rebuild_spawning', updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
