-- Live rows belong to deleted volumes, snapshots or attachments. Cinder's purge fails on them, and listings show them without a
-- parent.
-- :check A43 cinder-deleted-parent
-- :severity low
-- :title live rows of deleted parents
-- :database cinder
-- :subject table
-- :message {rows_of_it} live rows of {subject} belong to a deleted parent (for example {example})
-- :remedy cinder-manage db purge 30
-- :reads volumes volume_attachment volume_metadata volume_admin_metadata volume_glance_metadata snapshots snapshot_metadata attachment_specs group_volume_type_mapping groups transfers image_volume_cache_entries
SELECT t.name AS subject
     , NULL AS host
     , t.n AS rows_of_it
     , t.example
  FROM (SELECT 'volume_attachment' AS name, COUNT(*) AS n, MIN(CONVERT(c.id USING ascii)) AS example
          -- from the deleted ones on, mostly the fewer: not a look at the volume of each attachment
          FROM volumes AS p STRAIGHT_JOIN volume_attachment AS c ON c.volume_id = CONVERT(p.id USING ascii) AND c.deleted = 0 WHERE p.deleted = 1
        UNION ALL
        SELECT 'volume_metadata', COUNT(*), MIN(CONVERT(c.volume_id USING ascii))
          FROM volume_metadata AS c JOIN volumes AS p ON p.id = CONVERT(c.volume_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'volume_admin_metadata', COUNT(*), MIN(CONVERT(c.volume_id USING ascii))
          FROM volume_admin_metadata AS c JOIN volumes AS p ON p.id = CONVERT(c.volume_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'volume_glance_metadata', COUNT(*), MIN(CONVERT(c.volume_id USING ascii))
          FROM volume_glance_metadata AS c JOIN volumes AS p ON p.id = CONVERT(c.volume_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'snapshot_metadata', COUNT(*), MIN(CONVERT(c.snapshot_id USING ascii))
          FROM snapshot_metadata AS c JOIN snapshots AS p ON p.id = CONVERT(c.snapshot_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'volume_glance_metadata of snapshots', COUNT(*), MIN(CONVERT(c.snapshot_id USING ascii))
          FROM volume_glance_metadata AS c JOIN snapshots AS p ON p.id = CONVERT(c.snapshot_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'attachment_specs', COUNT(*), MIN(CONVERT(c.attachment_id USING ascii))
          FROM attachment_specs AS c JOIN volume_attachment AS p ON p.id = CONVERT(c.attachment_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'group_volume_type_mapping', COUNT(*), MIN(CONVERT(c.group_id USING ascii))
          FROM group_volume_type_mapping AS c JOIN `groups` AS p ON p.id = CONVERT(c.group_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'transfers', COUNT(*), MIN(CONVERT(c.volume_id USING ascii))
          FROM transfers AS c JOIN volumes AS p ON p.id = CONVERT(c.volume_id USING ascii) AND p.deleted = 1 WHERE c.deleted = 0
        UNION ALL
        SELECT 'image_volume_cache_entries', COUNT(*), MIN(CONVERT(c.volume_id USING ascii))
          FROM image_volume_cache_entries AS c LEFT JOIN volumes AS p ON p.id = CONVERT(c.volume_id USING ascii) AND p.deleted = 0 WHERE p.id IS NULL) AS t
 WHERE t.n > 0
 ORDER BY subject;
