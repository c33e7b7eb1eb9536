-- Every request spec, by instance.
-- :stream
-- :database api
-- :param from text
-- :param to text
-- :reads request_specs
SELECT r.instance_uuid AS k
  FROM request_specs AS r
 WHERE r.instance_uuid >= @from
   AND r.instance_uuid <= @to
 ORDER BY r.instance_uuid;
