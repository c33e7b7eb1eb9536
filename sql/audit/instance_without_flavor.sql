-- The instance has no flavor in instance_extra. Nova cannot load it, and no evacuation begins.
-- :check N34 instance-without-flavor
-- :severity high
-- :title instance without a flavor
-- :database cell
-- :subject instance
-- :message instance '{name}' ({vm_state} on {host}) has no flavor in instance_extra
-- :remedy evac-manage instance show {subject}
-- :reads instances instance_extra
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT CONVERT(n.uuid USING ascii) AS uuid          -- none at all: two indexes say that
          FROM instances AS n
          LEFT JOIN instance_extra AS y ON y.instance_uuid = CONVERT(n.uuid USING ascii)
         WHERE y.instance_uuid IS NULL
           AND n.deleted + 0 = 0     -- not by the index of deleted: the one of (uuid, deleted) is in the order of the other
         UNION
        SELECT CONVERT(y.instance_uuid USING ascii)      -- or one that does not count
          FROM instance_extra AS y
         WHERE y.flavor IS NULL
            OR y.deleted <> 0) AS c
  STRAIGHT_JOIN instances AS i ON i.uuid = c.uuid
  LEFT JOIN instance_extra AS x ON x.instance_uuid = CONVERT(i.uuid USING ascii) AND x.flavor IS NOT NULL AND x.deleted = 0
 WHERE x.id IS NULL
   AND i.host IS NOT NULL
   AND i.deleted = 0
 ORDER BY i.uuid;
