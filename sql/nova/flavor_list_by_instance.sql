-- The flavor that each of some instances was booted with (JSON of nova's).
-- :param instance_uuids list  in the client one
-- :reads instance_extra :rows many
SELECT x.instance_uuid
     , x.flavor
  FROM instance_extra AS x
 WHERE x.instance_uuid IN (@instance_uuids)
   AND x.deleted = 0
 ORDER BY x.instance_uuid, x.id;
