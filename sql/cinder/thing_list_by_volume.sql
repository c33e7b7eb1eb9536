-- What cinder has about one volume beside its row: attachments, snapshots, backups, unfinished work.
-- :param id text
-- :reads volume_attachment snapshots backups workers services :rows many
SELECT t.kind
     , t.id
     , t.state
     , t.host
     , t.instance_uuid
     , t.name
  FROM (SELECT 'attachment' AS kind, CONVERT(a.id USING utf8mb4) AS id, CONVERT(a.attach_status USING utf8mb4) AS state
             , CONVERT(a.attached_host USING utf8mb4) AS host, CONVERT(a.instance_uuid USING utf8mb4) AS instance_uuid
             , CONVERT(a.mountpoint USING utf8mb4) AS name
          FROM volume_attachment AS a
         WHERE a.volume_id = @id AND a.deleted = 0
         UNION ALL
        SELECT 'snapshot', CONVERT(s.id USING utf8mb4), CONVERT(s.status USING utf8mb4), NULL, NULL, CONVERT(s.display_name USING utf8mb4)
          FROM snapshots AS s
         WHERE s.volume_id = @id AND s.deleted = 0
         UNION ALL
        SELECT 'backup', CONVERT(b.id USING utf8mb4), CONVERT(b.status USING utf8mb4), CONVERT(b.host USING utf8mb4), NULL, CONVERT(b.display_name USING utf8mb4)
          FROM backups AS b
         WHERE (b.volume_id = @id OR b.restore_volume_id = @id) AND b.deleted = 0
         UNION ALL
        SELECT 'worker', w.id, CONVERT(w.status USING utf8mb4), CONVERT(o.host USING utf8mb4), NULL, NULL
          FROM workers AS w              -- cinder keeps none that are deleted
          LEFT JOIN services AS o ON o.id = w.service_id     -- deleted or not: only its host is wanted
         WHERE w.resource_type = 'Volume' AND w.resource_id = @id) AS t
 ORDER BY t.kind, t.id;
