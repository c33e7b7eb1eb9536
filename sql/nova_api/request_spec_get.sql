-- What the instance once asked the scheduler for: already the JSON of a nova object.
-- :param instance_uuid text
-- :reads request_specs :rows one
SELECT r.id
     , r.instance_uuid
     , r.spec
  FROM request_specs AS r
 WHERE r.instance_uuid = @instance_uuid
 ORDER BY r.id;
