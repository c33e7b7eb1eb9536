-- What cinder removes together with a volume: its three kinds of metadata, and the offers of it to another project.
-- :param id text  the volume's
-- :reads volume_metadata volume_admin_metadata volume_glance_metadata transfers :rows many
SELECT x.kind
     , x.id
  FROM (SELECT 'volume_metadata' AS kind, m.id FROM volume_metadata AS m WHERE m.volume_id = @id AND m.deleted = 0
         UNION ALL
        SELECT 'volume_admin_metadata', a.id FROM volume_admin_metadata AS a WHERE a.volume_id = @id AND a.deleted = 0
         UNION ALL
        SELECT 'volume_glance_metadata', g.id FROM volume_glance_metadata AS g WHERE g.volume_id = @id AND g.deleted = 0
         UNION ALL
        SELECT 'transfer', t.id FROM transfers AS t WHERE t.volume_id = @id AND t.deleted = 0) AS x
 ORDER BY x.kind, x.id;
