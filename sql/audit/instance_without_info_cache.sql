-- The instance has no row in instance_info_caches. The API shows no addresses, and after an evacuation the guest has no
-- network.
-- :check N33 instance-without-info-cache
-- :severity medium
-- :title instance without a network cache
-- :database cell
-- :subject instance
-- :message instance '{name}' ({vm_state} on {host}) has no live row in instance_info_caches
-- :remedy openstack server reboot {subject}
-- :reads instances instance_info_caches
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT CONVERT(n.uuid USING ascii) AS uuid          -- none at all: two indexes say that
          FROM instances AS n
          LEFT JOIN instance_info_caches AS y ON y.instance_uuid = CONVERT(n.uuid USING ascii)
         WHERE y.instance_uuid IS NULL
           AND n.deleted + 0 = 0     -- not by the index of deleted: the one of (uuid, deleted) is in the order of the other
         UNION
        SELECT CONVERT(y.instance_uuid USING ascii)      -- or one that does not count
          FROM instance_info_caches AS y
         WHERE y.deleted <> 0) AS c
  STRAIGHT_JOIN instances AS i ON i.uuid = c.uuid
  LEFT JOIN instance_info_caches AS n ON n.instance_uuid = CONVERT(i.uuid USING ascii) AND n.deleted = 0
 WHERE n.id IS NULL
   AND i.host IS NOT NULL
   AND i.deleted = 0
 ORDER BY i.uuid;
