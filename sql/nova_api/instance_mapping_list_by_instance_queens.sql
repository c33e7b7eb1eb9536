-- Which cell each of some instances is in, as Queens (17) has it: no queued_for_delete.
-- :param instance_uuids list  in the client one
-- :reads instance_mappings :rows many
SELECT m.instance_uuid
     , m.cell_id
     , 0 AS queued_for_delete
  FROM instance_mappings AS m
 WHERE m.instance_uuid IN (@instance_uuids)
 ORDER BY m.instance_uuid, m.id;
