-- nova compute/resource_tracker.py finish_evacuation: the host first; launched_on stays. @uuid, @host.
UPDATE nova.instances SET host = @host, node = @host, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
