-- The newest fault of each of some instances.
-- :param instance_uuids list  in the client one
-- :reads instance_faults :rows many
SELECT f.instance_uuid
     , f.message
     , f.details
     , TIMESTAMPDIFF(SECOND, f.created_at, UTC_TIMESTAMP()) AS age_s
  FROM instance_faults AS f
 WHERE f.instance_uuid IN (@instance_uuids)
   AND NOT EXISTS (SELECT 1
                     FROM instance_faults AS newer
                    WHERE newer.instance_uuid = f.instance_uuid
                      AND newer.id > f.id
                      AND newer.deleted = 0)
   AND f.deleted = 0
 ORDER BY f.instance_uuid, f.id;
