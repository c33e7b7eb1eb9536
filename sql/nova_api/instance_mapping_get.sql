-- Which cell an instance is in. cell_id is NULL while it is being built; queued_for_delete: it is going away.
-- :param instance_uuid text
-- :reads instance_mappings :rows one
SELECT m.instance_uuid
     , m.cell_id
     , COALESCE(m.queued_for_delete, 0) AS queued_for_delete
  FROM instance_mappings AS m
 WHERE m.instance_uuid = @instance_uuid
 ORDER BY m.id;
