-- The live attachments of an instance's volumes: after an evacuation all are on the new host and none on the old.
-- :param instance_uuid text
-- :reads volume_attachment :rows many
SELECT a.id
     , a.volume_id
     , a.attached_host
     , a.attach_status
  FROM volume_attachment AS a
 WHERE a.instance_uuid = @instance_uuid
   AND a.deleted = 0
 ORDER BY a.volume_id, a.id;
