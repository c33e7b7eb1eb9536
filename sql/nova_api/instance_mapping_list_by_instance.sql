-- Which cell each of some instances is in. cell_id is NULL while it is being built; queued_for_delete: it is going away.
-- :param instance_uuids list  in the client one
-- :reads instance_mappings :rows many
SELECT m.instance_uuid
     , m.cell_id
     , COALESCE(m.queued_for_delete, 0) AS queued_for_delete
  FROM instance_mappings AS m
 WHERE m.instance_uuid IN (@instance_uuids)
 ORDER BY m.instance_uuid, m.id;
