-- What was under way beside the volumes of one backend when its host died, and what failed evacuations have left there; the volumes'
-- own work is in their status.
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
  FROM (SELECT 'snapshot' AS kind, CONVERT(s.id USING utf8mb4) AS id, CONVERT(v.id USING utf8mb4) AS volume_id, CONVERT(s.status USING utf8mb4) AS status, CONVERT(v.status USING utf8mb4) AS volume_status
             , NULL AS previous_status, NULL AS attach_status, CONVERT(v.host USING utf8mb4) AS host
          FROM snapshots AS s
          JOIN volumes AS v ON v.id = CONVERT(s.volume_id USING ascii) AND v.deleted = 0
         WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND s.status NOT IN ('available', 'error', 'error_deleting')
           AND s.deleted = 0
         UNION ALL
        SELECT 'backup', CONVERT(b.id USING utf8mb4), CONVERT(v.id USING utf8mb4), CONVERT(b.status USING utf8mb4), CONVERT(v.status USING utf8mb4), CONVERT(v.previous_status USING utf8mb4), NULL, CONVERT(b.host USING utf8mb4)
          FROM backups AS b
          JOIN volumes AS v ON v.id = IF(b.status = 'restoring' AND b.restore_volume_id IS NOT NULL, CONVERT(b.restore_volume_id USING ascii), CONVERT(b.volume_id USING ascii)) AND v.deleted = 0
         WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND b.status IN ('creating', 'restoring', 'deleting')
           AND NOT (BINARY b.host <=> BINARY @node)
           AND b.deleted = 0
         UNION ALL
        SELECT 'local attachment', CONVERT(a.id USING utf8mb4), CONVERT(v.id USING utf8mb4), CONVERT(a.attach_status USING utf8mb4), CONVERT(v.status USING utf8mb4), NULL, NULL, CONVERT(a.attached_host USING utf8mb4)
          FROM volume_attachment AS a
          JOIN volumes AS v ON v.id = CONVERT(a.volume_id USING ascii) AND v.deleted = 0
         WHERE a.instance_uuid IS NULL
           AND BINARY a.attached_host = BINARY @node
           AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND a.deleted = 0
         UNION ALL
        SELECT 'stray attachment', CONVERT(r.id USING utf8mb4), CONVERT(v.id USING utf8mb4), CONVERT(r.attach_status USING utf8mb4), CONVERT(v.status USING utf8mb4), NULL, NULL, CONVERT(v.host USING utf8mb4)
          FROM volume_attachment AS r
          JOIN volumes AS v ON v.id = CONVERT(r.volume_id USING ascii) AND v.deleted = 0
         WHERE r.attach_status = 'reserved'
           AND r.attached_host IS NULL
           AND r.instance_uuid IS NOT NULL
           AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host
           AND EXISTS (SELECT 1 FROM volume_attachment AS o
                        WHERE o.volume_id = CONVERT(r.volume_id USING ascii) AND o.instance_uuid = CONVERT(r.instance_uuid USING ascii) AND o.attach_status = 'attached'
                          AND o.deleted = 0)
           AND r.deleted = 0) AS u
 ORDER BY u.kind, u.id;
