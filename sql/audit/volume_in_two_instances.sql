-- More than one live instance, in one cell or in two, has a block device mapping to a volume that is not multiattach.
-- :check A10 volume-in-two-instances
-- :severity critical
-- :title volume with block device mappings in two instances
-- :database cell
-- :subject volume
-- :rule several
-- :with with_volumes_single
-- :first with_bdms_by_volume -
-- :message volume {subject} is mapped to instance {instance_uuid} and to at least one other instance
-- :remedy evac-manage volume show {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.volume_id AS subject
     , i.host AS host
     , b.instance_uuid
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
