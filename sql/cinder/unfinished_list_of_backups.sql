-- Backups of the volumes of one backend that another node has under way. cinder's backups have no index but their ids: one pass.
-- :param backend_host text  host@backend
-- :param node         text  the part before @
-- :reads volumes backups :rows many
SELECT 'backup'          AS kind
     , b.id
     , v.id              AS volume_id
     , b.status
     , v.status          AS volume_status
     , v.previous_status
     , NULL              AS attach_status
     , b.host
  FROM backups AS b
  JOIN volumes AS v ON v.id = IF(b.status = 'restoring' AND b.restore_volume_id IS NOT NULL, CONVERT(b.restore_volume_id USING ascii), CONVERT(b.volume_id USING ascii)) AND v.deleted = 0
 WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
   AND b.status IN ('creating', 'restoring', 'deleting')
   AND NOT (BINARY b.host <=> BINARY @node)
   AND b.deleted = 0
 ORDER BY b.id;
