-- nova compute/manager.py _sync_instance_power_state of an instance that is 'stopped', whose guest runs; then it asks nova-api's code to stop it. @uuid.
UPDATE nova.instances SET power_state = 1, updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
