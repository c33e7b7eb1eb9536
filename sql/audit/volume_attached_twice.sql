-- A volume that is not multiattach has more than one attachment that is attached or attaching. Two writers destroy each other's
-- data.
-- :check A09 volume-attached-twice
-- :severity critical
-- :title volume with more than one attachment
-- :database cinder
-- :subject volume
-- :message volume '{name}' has {attachments} attachments, on {hosts}
-- :remedy openstack --os-volume-api-version 3.27 volume attachment list --volume-id {subject}; rbd status volumes/volume-{subject}
-- :reads volumes volume_attachment
SELECT v.id AS subject
     , MIN(v.host) AS host
     , MIN(v.display_name) AS name
     , COUNT(*) AS attachments
     , GROUP_CONCAT(a.attached_host ORDER BY a.id SEPARATOR ', ') AS hosts
     , GROUP_CONCAT(a.instance_uuid ORDER BY a.id SEPARATOR ', ') AS instances
     , TIMESTAMPDIFF(SECOND, MAX(COALESCE(a.updated_at, a.created_at)), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT x.volume_id
          FROM volume_attachment AS x     -- deleted or not: the index does not know
         GROUP BY x.volume_id
        HAVING COUNT(*) > 1
         ORDER BY x.volume_id
         LIMIT 1000000000) AS m     -- the index alone says that; the limit keeps the optimizer from turning it inside out
  STRAIGHT_JOIN volume_attachment AS a ON a.volume_id = m.volume_id
  STRAIGHT_JOIN volumes AS v ON v.id = CONVERT(a.volume_id USING ascii) AND v.deleted = 0
 WHERE a.attach_status IN ('attached', 'attaching')
   AND COALESCE(v.multiattach, 0) = 0
   AND a.deleted = 0
 GROUP BY v.id
HAVING COUNT(*) > 1
 ORDER BY v.id;
