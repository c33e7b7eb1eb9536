-- neutron plugins/ml2: the agent reports the port, its block goes, and it is ACTIVE. @uuid.
DELETE x FROM neutron.provisioningblocks x JOIN neutron.ports p ON p.standard_attr_id = x.standard_attr_id WHERE p.device_id = @uuid;
UPDATE neutron.ports SET status = 'ACTIVE' WHERE device_id = @uuid;
