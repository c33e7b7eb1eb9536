-- What some instances once asked the scheduler for: already the JSON of a nova object.
-- :param instance_uuids list  in the client one
-- :reads request_specs :rows many
SELECT r.id
     , r.instance_uuid
     , r.spec
  FROM request_specs AS r
 WHERE r.instance_uuid IN (@instance_uuids)
 ORDER BY r.instance_uuid, r.id;
