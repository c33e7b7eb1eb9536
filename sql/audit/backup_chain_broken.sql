-- The parent of an incremental backup is deleted or not 'available'. The incremental backup cannot be restored.
-- :check A28 backup-chain-broken
-- :severity high
-- :title incremental backup without its parent
-- :database cinder
-- :subject backup
-- :message backup '{name}' needs its parent backup {parent_id}, which is {parent_status}
-- :remedy openstack volume backup show {parent_id}; openstack volume backup create --force {volume_id}
-- :reads backups
SELECT c.id AS subject
     , c.host AS host
     , c.display_name AS name
     , c.volume_id
     , c.parent_id
     , IF(p.id IS NULL, 'gone', IF(p.deleted = 1, 'deleted', p.status)) AS parent_status
     , TIMESTAMPDIFF(SECOND, COALESCE(p.updated_at, c.updated_at, c.created_at), UTC_TIMESTAMP()) AS age_s
  FROM backups AS c
  LEFT JOIN backups AS p ON p.id = CONVERT(c.parent_id USING ascii)
 WHERE c.parent_id IS NOT NULL
   AND (p.id IS NULL OR p.deleted = 1 OR p.status <> 'available')
   AND c.deleted = 0
 ORDER BY c.id;
