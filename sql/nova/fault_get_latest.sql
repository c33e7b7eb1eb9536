-- The newest fault of an instance.
-- :param instance_uuid text
-- :reads instance_faults :rows one
SELECT f.code
     , f.message
     , f.details
     , TIMESTAMPDIFF(SECOND, f.created_at, UTC_TIMESTAMP()) AS age_s
  FROM instance_faults AS f
 WHERE f.instance_uuid = @instance_uuid
   AND f.deleted = 0
 ORDER BY f.id DESC
 LIMIT 1;
