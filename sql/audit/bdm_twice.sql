-- One instance has two live block device mappings to one volume. A detach deletes one of them and makes the volume available,
-- while the guest still writes to it.
-- :check N35 bdm-twice
-- :severity high
-- :title volume with two block device mappings in one instance
-- :database cell
-- :subject instance
-- :message instance {subject} has {mappings} block device mappings to volume {volume_id} (ids {ids})
-- :remedy evac-manage instance show {subject}
-- :reads block_device_mapping instances
SELECT b.instance_uuid AS subject
     , MIN(i.host) AS host
     , b.volume_id
     , COUNT(*) AS mappings
     , GROUP_CONCAT(b.id ORDER BY b.id SEPARATOR ', ') AS ids
     , TIMESTAMPDIFF(SECOND, MAX(COALESCE(b.updated_at, b.created_at)), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT x.instance_uuid, x.volume_id
          FROM block_device_mapping AS x     -- deleted or not: the index does not know
         WHERE x.volume_id IS NOT NULL
         GROUP BY x.instance_uuid, x.volume_id
        HAVING COUNT(*) > 1
         ORDER BY x.instance_uuid, x.volume_id
         LIMIT 1000000000) AS m     -- the index alone says that; the limit keeps the optimizer from turning it inside out
  STRAIGHT_JOIN block_device_mapping AS b ON b.instance_uuid = m.instance_uuid AND b.volume_id = m.volume_id
  STRAIGHT_JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.deleted = 0
 GROUP BY b.instance_uuid, b.volume_id
HAVING COUNT(*) > 1
 ORDER BY subject, b.volume_id;
