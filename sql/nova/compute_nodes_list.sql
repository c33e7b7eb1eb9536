-- The compute nodes of a cell: what they have, what is used, and the name the scheduler knows them by.
-- :reads compute_nodes :rows many
SELECT c.id
     , c.host
     , c.hypervisor_hostname
     , c.vcpus
     , c.vcpus_used
     , c.memory_mb
     , c.memory_mb_used
     , c.local_gb
     , c.local_gb_used
     , c.running_vms
  FROM compute_nodes AS c
 WHERE c.host IS NOT NULL
   AND c.deleted = 0
 ORDER BY c.host, c.hypervisor_hostname;
