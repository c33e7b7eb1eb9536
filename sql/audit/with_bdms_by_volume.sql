-- SPDX-License-Identifier: Apache-2.0
-- Every live block device mapping that names a volume, by volume, be its instance alive or not.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads block_device_mapping
SELECT b.volume_id AS k
     , b.instance_uuid AS bdm_instance_uuid
     , b.attachment_id AS bdm_attachment_id
     , IF(b.attachment_id IS NULL, b.instance_uuid, NULL) AS legacy_instance_uuid
  FROM block_device_mapping AS b
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
