-- A volume of the instance belongs to a backend whose service is down, or to a cluster without a live member. An evacuation
-- would call that owner for minutes and leave the instance in error: move the volumes first.
-- :check X05 instance-volume-owner-dead
-- :severity high
-- :title instance whose volume's owner is down
-- :database cell
-- :subject instance
-- :rule pair
-- :with with_volumes_of_dead_owners
-- :first with_bdms_by_volume -
-- :message volume {volume_id} of instance {subject} belongs to {volume_owner}, which is down
-- :remedy evac-manage volume list --host {volume_backend}; evac-manage volume update_host --currenthost {volume_backend} --newhost {newhost}
-- :param from text
-- :param to text
-- :reads block_device_mapping instances
SELECT b.volume_id AS k
     , b.instance_uuid AS subject
     , i.host AS host
     , b.volume_id
  FROM block_device_mapping AS b
  JOIN instances AS i ON i.uuid = CONVERT(b.instance_uuid USING ascii) AND i.deleted = 0
 WHERE b.volume_id >= @from
   AND b.volume_id <= @to
   AND b.deleted = 0
 ORDER BY b.volume_id;
