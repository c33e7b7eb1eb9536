-- One instance has two live attachments of one volume. A failed evacuation leaves the second one, 'reserved'; the volume never
-- becomes available.
-- :check X02 attachment-twice
-- :severity high
-- :title two attachments of one volume to one instance
-- :database cinder
-- :subject volume
-- :message volume {subject} has {attachments} attachments to instance {instance_uuid}: {ids}
-- :remedy openstack --os-volume-api-version 3.27 volume attachment list --volume-id {subject}
-- :reads volume_attachment
SELECT a.volume_id AS subject
     , MIN(a.attached_host) AS host
     , a.instance_uuid
     , COUNT(*) AS attachments
     , GROUP_CONCAT(a.id, ' ', a.attach_status ORDER BY a.id SEPARATOR ', ') AS ids
     , TIMESTAMPDIFF(SECOND, MAX(COALESCE(a.updated_at, a.created_at)), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT x.volume_id
          FROM volume_attachment AS x     -- deleted or not: the index does not know
         GROUP BY x.volume_id
        HAVING COUNT(*) > 1
         ORDER BY x.volume_id
         LIMIT 1000000000) AS m     -- the index alone says that; the limit keeps the optimizer from turning it inside out
  STRAIGHT_JOIN volume_attachment AS a ON a.volume_id = m.volume_id
 WHERE a.instance_uuid IS NOT NULL
   AND a.deleted = 0
 GROUP BY a.volume_id, a.instance_uuid
HAVING COUNT(*) > 1
 ORDER BY subject, a.instance_uuid;
