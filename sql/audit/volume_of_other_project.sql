-- An instance has a volume that belongs to another project. Nova's API does not allow that; the database was changed by hand.
-- :check X04 volume-of-other-project
-- :severity medium
-- :title instance with another project's volume
-- :database cell
-- :subject volume
-- :rule pair
-- :with with_volumes
-- :when project_id <> volume_project_id
-- :message volume {subject} belongs to project {volume_project_id}, but its instance {instance_uuid} to {project_id}
-- :remedy evac-manage volume show {subject}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.volume_id AS subject
     , i.host AS host
     , b.instance_uuid
     , i.project_id
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
