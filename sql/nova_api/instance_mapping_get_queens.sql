-- Which cell an instance is in, as Queens (17) has it: no queued_for_delete.
-- :param instance_uuid text
-- :reads instance_mappings :rows one
SELECT m.instance_uuid
     , m.cell_id
     , 0 AS queued_for_delete
  FROM instance_mappings AS m
 WHERE m.instance_uuid = @instance_uuid
 ORDER BY m.id;
