-- More than one live instance has a block device mapping to a volume that only one may have, be they in one cell or in two.
-- :check A10 volume-in-two-instances
-- :severity critical
-- :title volume that two instances have
-- :database cell
-- :subject volume
-- :rule several
-- :with with_volumes_single
-- :first with_bdms_by_volume -
-- :message volume {subject} is mapped to instance {instance_uuid} and to at least one other
-- :remedy evac-manage volume show {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.volume_id AS subject
     , i.host AS host
     , b.instance_uuid
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = b.instance_uuid AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
