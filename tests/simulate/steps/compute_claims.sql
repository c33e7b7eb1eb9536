-- nova compute/resource_tracker.py _move_claim: what the instance needs is the host's, and it is told of its migration. @uuid, @host.
UPDATE nova.instances SET updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
UPDATE nova.compute_nodes c JOIN nova.instances i ON i.uuid = @uuid
   SET c.vcpus_used = c.vcpus_used + i.vcpus, c.memory_mb_used = c.memory_mb_used + i.memory_mb, c.free_ram_mb = c.memory_mb - c.memory_mb_used,
       c.local_gb_used = c.local_gb_used + IF(i.image_ref = '', 0, i.root_gb), c.free_disk_gb = c.local_gb - c.local_gb_used, c.updated_at = UTC_TIMESTAMP()
 WHERE BINARY c.host = BINARY @host AND c.deleted = 0;
