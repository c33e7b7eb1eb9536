-- The properties that the images of some instances had when they were booted, as nova copies them: image_NAME.
-- :param instance_uuids list  in the client one
-- :reads instance_system_metadata :rows many
SELECT s.instance_uuid
     , SUBSTRING(s.`key`, 7) AS name
     , s.`value`             AS value
  FROM instance_system_metadata AS s
 WHERE s.instance_uuid IN (@instance_uuids)
   AND BINARY LEFT(s.`key`, 6) = 'image_'
   AND s.deleted = 0
 ORDER BY s.instance_uuid, s.id;
