-- The instance runs, its disk on Ceph is open, and the lock of the disk is that of a client that is gone. Where the user who opens it
-- may not break such a lock, every write of the guest is refused, and nova says ACTIVE; else the guest has not written since it
-- was started.
-- :check S01 guest-cannot-write
-- :severity critical
-- :title running instance under the lock of a client that is gone
-- :database cell
-- :subject instance
-- :rule ceph
-- :message the disk {image} of instance {subject} on {host} is open, and its lock is still that of client {client}, which is gone: its guest cannot write, or has not since it was started
-- :remedy rbd lock rm {image} {lock_name} {locker}; virsh -c qemu+ssh://root@{host}/system reset {subject}
-- :reads block_device_mapping instances
SELECT i.uuid AS subject
     , i.host AS host
     , b.volume_id AS volume
     , b.connection_info AS info
     , NULL AS image
     , NULL AS client
     , NULL AS lock_name
     , NULL AS locker
  FROM block_device_mapping AS b
  JOIN instances AS i ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND i.deleted = 0
 WHERE i.vm_state = 'active'
   AND i.power_state = 1
   AND b.deleted = 0
   AND ((b.destination_type = 'volume' AND b.volume_id IS NOT NULL AND LOCATE(BINARY '"rbd"', b.connection_info) > 0)
    OR (b.destination_type = 'local' AND b.boot_index = 0))
 ORDER BY i.uuid;
