-- What was under way beside some volumes when their host died, and what failed evacuations have left there, backups apart; the volumes' own
-- work is in their status. By the indexes of the volumes, where unfinished_list_by_backend passes over every attachment. Of the local attachments
-- those of every host.
-- :param ids list  of volumes; in the client one
-- :reads volumes snapshots volume_attachment :rows many
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
         WHERE s.volume_id IN (@ids)
           AND s.status NOT IN ('available', 'error', 'error_deleting')
           AND s.deleted = 0
         UNION ALL
        SELECT 'local attachment', CONVERT(a.id USING utf8mb4), CONVERT(v.id USING utf8mb4), CONVERT(a.attach_status USING utf8mb4), CONVERT(v.status USING utf8mb4), NULL, NULL, CONVERT(a.attached_host USING utf8mb4)
          FROM volume_attachment AS a
          JOIN volumes AS v ON v.id = CONVERT(a.volume_id USING ascii) AND v.deleted = 0
         WHERE a.volume_id IN (@ids)
           AND a.instance_uuid IS NULL
           AND a.attached_host IS NOT NULL
           AND a.deleted = 0
         UNION ALL
        SELECT 'stray attachment', CONVERT(r.id USING utf8mb4), CONVERT(v.id USING utf8mb4), CONVERT(r.attach_status USING utf8mb4), CONVERT(v.status USING utf8mb4), NULL, NULL, CONVERT(v.host USING utf8mb4)
          FROM volume_attachment AS r
          JOIN volumes AS v ON v.id = CONVERT(r.volume_id USING ascii) AND v.deleted = 0
         WHERE r.volume_id IN (@ids)
           AND r.attach_status = 'reserved'
           AND r.attached_host IS NULL
           AND r.instance_uuid IS NOT NULL
           AND EXISTS (SELECT 1 FROM volume_attachment AS o
                        WHERE o.volume_id = CONVERT(r.volume_id USING ascii) AND o.instance_uuid = CONVERT(r.instance_uuid USING ascii) AND o.attach_status = 'attached'
                          AND o.deleted = 0)
           AND r.deleted = 0) AS u
 ORDER BY u.volume_id, u.kind, u.id;
