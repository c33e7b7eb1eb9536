-- Two hosts have a disk on Ceph open that only one guest may have: two guests most likely write to it. Its exclusive lock does not
-- stop that: it goes from one to the other. A backup that reads the disk looks the same as long as it runs; an instance
-- that nova migrates is left out.
-- :check S02 disk-open-twice
-- :severity critical
-- :title disk that two hosts have open
-- :database cell
-- :subject instance
-- :rule ceph
-- :message the disk {image} of instance {subject} on {host} is open by client {client} and by {other}
-- :remedy rbd status {image}; evac-manage instance show {subject}
-- :reads block_device_mapping instances
SELECT i.uuid AS subject
     , i.host AS host
     , b.volume_id AS volume
     , b.connection_info AS info
     , NULL AS image
     , NULL AS client
     , NULL AS other
  FROM block_device_mapping AS b
  JOIN instances AS i ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND i.deleted = 0
 WHERE i.host IS NOT NULL
   AND COALESCE(i.task_state, '') <> 'migrating'
   AND b.deleted = 0
   AND ((b.destination_type = 'volume' AND b.volume_id IS NOT NULL AND LOCATE(BINARY '"rbd"', b.connection_info) > 0)
    OR (b.destination_type = 'local' AND b.boot_index = 0))
 ORDER BY i.uuid;
