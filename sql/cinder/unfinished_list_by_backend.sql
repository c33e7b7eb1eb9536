-- What was under way on one backend when its host died, and what failed evacuations have left there.
-- :param backend_host text  host@backend
-- :param node         text  the part before @
-- :reads volumes snapshots backups volume_attachment :rows many
SELECT u.kind
     , u.id
     , u.volume_id
     , u.status
     , u.volume_status
     , u.previous_status
     , u.attach_status
     , u.host
  FROM (SELECT 'volume' AS kind, v.id, v.id AS volume_id, v.status, v.status AS volume_status, v.previous_status, v.attach_status, v.host
          FROM volumes AS v
         WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND v.status IN ('creating', 'downloading', 'uploading', 'deleting')
           AND v.deleted = 0
         UNION ALL
        SELECT 'snapshot', s.id, v.id, s.status, v.status, NULL, NULL, v.host
          FROM snapshots AS s
          JOIN volumes AS v ON v.id = s.volume_id AND v.deleted = 0
         WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND s.status NOT IN ('available', 'error', 'error_deleting')
           AND s.deleted = 0
         UNION ALL
        SELECT 'backup', b.id, v.id, b.status, v.status, v.previous_status, NULL, b.host
          FROM backups AS b
          JOIN volumes AS v ON v.id = COALESCE(IF(b.status = 'restoring', b.restore_volume_id, NULL), b.volume_id) AND v.deleted = 0
         WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND b.status IN ('creating', 'restoring', 'deleting')
           AND NOT (BINARY b.host <=> BINARY @node)
           AND b.deleted = 0
         UNION ALL
        SELECT 'local attachment', a.id, v.id, a.attach_status, v.status, NULL, NULL, a.attached_host
          FROM volume_attachment AS a
          JOIN volumes AS v ON v.id = a.volume_id AND v.deleted = 0
         WHERE a.instance_uuid IS NULL
           AND BINARY a.attached_host = BINARY @node
           AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND a.deleted = 0
         UNION ALL
        SELECT 'stray attachment', r.id, v.id, r.attach_status, v.status, NULL, NULL, v.host
          FROM volume_attachment AS r
          JOIN volumes AS v ON v.id = r.volume_id AND v.deleted = 0
         WHERE r.attach_status = 'reserved'
           AND r.attached_host IS NULL
           AND r.instance_uuid IS NOT NULL
           AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND EXISTS (SELECT 1 FROM volume_attachment AS o
                        WHERE o.volume_id = r.volume_id AND o.instance_uuid = r.instance_uuid AND o.attach_status = 'attached'
                          AND o.deleted = 0)
           AND r.deleted = 0) AS u
 ORDER BY u.kind, u.id;
