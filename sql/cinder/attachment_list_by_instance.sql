-- The live attachments of an instance's volumes: after an evacuation all are on the new host and none on the old.
-- Attachments have no index of their instances: the ids are found in a pass that reads nothing else
-- (a LIMIT that cuts nothing keeps the server from joining the two). Two connections can share it: from an id on, and below it.
-- :param instance_uuid text
-- :param from_id text
-- :param below_id text
-- :reads volume_attachment :rows many
SELECT a.id
     , a.volume_id
     , a.attached_host
     , a.attach_status
  FROM (SELECT n.id
          FROM volume_attachment AS n
         WHERE n.instance_uuid = @instance_uuid
           AND n.deleted = 0
           AND (@from_id IS NULL OR n.id >= @from_id)
           AND (@below_id IS NULL OR n.id < @below_id)
         LIMIT 18446744073709551615) AS its
  STRAIGHT_JOIN volume_attachment AS a ON a.id = its.id AND a.deleted = 0
 ORDER BY a.volume_id, a.id;
