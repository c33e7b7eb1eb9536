-- nova compute/resource_tracker.py _move_claim: what the instance needs is the host's, and it is told of its migration. @uuid, @host.
UPDATE nova.instances SET updated_at = UTC_TIMESTAMP() WHERE uuid = @uuid AND deleted = 0;
SELECT vcpus, memory_mb, IF(image_ref = '', 0, root_gb) INTO @vcpus, @memory_mb, @gb FROM nova.instances WHERE uuid = @uuid;
UPDATE nova.compute_nodes
   SET vcpus_used = vcpus_used + @vcpus, memory_mb_used = memory_mb_used + @memory_mb, free_ram_mb = memory_mb - memory_mb_used,
       local_gb_used = local_gb_used + @gb, free_disk_gb = local_gb - local_gb_used, updated_at = UTC_TIMESTAMP()
 WHERE BINARY host = BINARY @host AND deleted = 0;
