-- Every live block device mapping of a live instance that names a volume, by volume.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.instance_uuid AS bdm_instance_uuid
     , b.attachment_id AS bdm_attachment_id
     , IF(b.attachment_id IS NULL, b.instance_uuid, NULL) AS legacy_instance_uuid
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = b.instance_uuid AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
