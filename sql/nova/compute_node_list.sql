-- The compute nodes of a cell: what they have, what is used, what the allocation ratios make of it (0: the computes' own default,
-- of which nobody knows here; nova's is 16, 1.5 and 1), and the names that the scheduler and the network know them by.
-- What is reserved is counted as used by nova itself.
-- :reads compute_nodes :rows many
SELECT c.id
     , c.uuid
     , c.host
     , c.hypervisor_hostname
     , c.hypervisor_type
     , c.host_ip
     , c.vcpus
     , c.vcpus_used
     , c.memory_mb
     , c.memory_mb_used
     , c.local_gb
     , c.local_gb_used
     , c.running_vms
     , CAST(FLOOR(c.vcpus     * IF(COALESCE(c.cpu_allocation_ratio, 0)  > 0, c.cpu_allocation_ratio, 16))   AS SIGNED) AS vcpus_limit
     , CAST(FLOOR(c.memory_mb * IF(COALESCE(c.ram_allocation_ratio, 0)  > 0, c.ram_allocation_ratio, 1.5))  AS SIGNED) AS memory_mb_limit
     , CAST(FLOOR(c.local_gb  * IF(COALESCE(c.disk_allocation_ratio, 0) > 0, c.disk_allocation_ratio, 1))   AS SIGNED) AS local_gb_limit
  FROM compute_nodes AS c
 WHERE c.host IS NOT NULL
   AND c.deleted = 0
 ORDER BY c.host, c.hypervisor_hostname;
