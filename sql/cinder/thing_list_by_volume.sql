-- What cinder has about one volume beside its row: attachments, snapshots, backups, unfinished work.
-- :param id text
-- :reads volume_attachment snapshots backups workers services :rows many
SELECT t.kind
     , t.id
     , t.state
     , t.host
     , t.instance_uuid
     , t.name
  FROM (SELECT 'attachment' AS kind, a.id, a.attach_status AS state, a.attached_host AS host, a.instance_uuid, a.mountpoint AS name
          FROM volume_attachment AS a
         WHERE a.volume_id = @id AND a.deleted = 0
         UNION ALL
        SELECT 'snapshot', s.id, s.status, NULL, NULL, s.display_name
          FROM snapshots AS s
         WHERE s.volume_id = @id AND s.deleted = 0
         UNION ALL
        SELECT 'backup', b.id, b.status, b.host, NULL, b.display_name
          FROM backups AS b
         WHERE (b.volume_id = @id OR b.restore_volume_id = @id) AND b.deleted = 0
         UNION ALL
        SELECT 'worker', w.id, w.status, o.host, NULL, NULL
          FROM workers AS w              -- cinder keeps none that are deleted
          LEFT JOIN services AS o ON o.id = w.service_id     -- deleted or not: only its host is wanted
         WHERE w.resource_type = 'Volume' AND w.resource_id = @id) AS t
 ORDER BY t.kind, t.id;
