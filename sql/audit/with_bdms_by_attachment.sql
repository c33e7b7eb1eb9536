-- SPDX-License-Identifier: Apache-2.0
-- Every live block device mapping that names an attachment, by attachment, be its instance alive or not.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads block_device_mapping
SELECT b.attachment_id AS k
     , CONCAT(b.volume_id, ' ', b.instance_uuid) AS bdm_says
  FROM block_device_mapping AS b
 WHERE b.attachment_id >= @from
   AND b.attachment_id <= @to
   AND b.deleted = 0
 ORDER BY b.attachment_id;
