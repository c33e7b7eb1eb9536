-- A deleted instance has a live block device mapping to a volume. To a count of mappings the volume is in use; if it is still
-- 'in-use' in cinder, it can be neither attached nor deleted.
-- :check N17 deleted-instance-bdm
-- :severity high
-- :title live block device mapping of a deleted instance
-- :database cell
-- :subject instance
-- :message instance {subject} was deleted at {instance_deleted_at}, but its block device mapping {bdm_id} to volume {volume_id} is live
-- :remedy UPDATE block_device_mapping SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE id = {bdm_id} AND deleted = 0
-- :reads block_device_mapping instances
SELECT b.instance_uuid AS subject
     , i.host AS host
     , b.id AS bdm_id
     , b.volume_id
     , i.deleted_at AS instance_deleted_at
     , TIMESTAMPDIFF(SECOND, i.deleted_at, UTC_TIMESTAMP()) AS age_s
  FROM instances AS i
  JOIN block_device_mapping AS b ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND b.deleted = 0
 WHERE i.deleted <> 0
   AND b.volume_id IS NOT NULL
 ORDER BY b.id;
