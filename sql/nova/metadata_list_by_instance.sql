-- The metadata of some instances, as their projects have set it.
-- :param instance_uuids list  in the client one
-- :reads instance_metadata :rows many
SELECT m.instance_uuid
     , m.`key`   AS name
     , m.`value` AS value
  FROM instance_metadata AS m
 WHERE m.instance_uuid IN (@instance_uuids)
   AND m.deleted = 0
 ORDER BY m.instance_uuid, m.id;
