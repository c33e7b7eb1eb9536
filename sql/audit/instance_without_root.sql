-- The instance has no block device mapping with boot index 0. A running guest runs on; once stopped it does not start again.
-- :check N36 instance-without-root
-- :severity medium
-- :title instance without a root device
-- :database cell
-- :subject instance
-- :message instance '{name}' ({vm_state} on {host}) has no block device mapping with boot index 0
-- :remedy evac-manage instance show {subject}
-- :reads instances block_device_mapping
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT CONVERT(n.uuid USING ascii) AS uuid          -- none at all: two indexes say that
          FROM instances AS n
          LEFT JOIN block_device_mapping AS y ON y.instance_uuid = CONVERT(n.uuid USING ascii)
         WHERE y.instance_uuid IS NULL
           AND n.deleted + 0 = 0     -- not by the index of deleted: the one of (uuid, deleted) is in the order of the other
         UNION
        SELECT CONVERT(y.instance_uuid USING ascii)      -- or one that does not count
          FROM block_device_mapping AS y
         WHERE COALESCE(y.boot_index, -1) <> 0
            OR y.deleted <> 0) AS c
  STRAIGHT_JOIN instances AS i ON i.uuid = c.uuid
  LEFT JOIN block_device_mapping AS b ON b.instance_uuid = CONVERT(i.uuid USING ascii) AND b.boot_index = 0 AND b.deleted = 0
 WHERE b.id IS NULL
   AND i.host IS NOT NULL
   AND i.task_state IS NULL
   AND i.deleted = 0
 ORDER BY i.uuid;
