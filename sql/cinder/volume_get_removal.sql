-- One volume that is to be deleted, and what stands in the way.
-- :param id text
-- :reads volumes volume_attachment snapshots :rows one
SELECT v.id
     , v.display_name AS name
     , v.status
     , v.host
     , v.cluster_name
     , (SELECT COUNT(*) FROM volume_attachment AS a WHERE a.volume_id = CONVERT(v.id USING ascii) AND a.deleted = 0) AS attachments
     , (SELECT COUNT(*) FROM snapshots AS s WHERE s.volume_id = CONVERT(v.id USING ascii) AND s.deleted = 0)         AS snapshots
  FROM volumes AS v
 WHERE v.id = @id
   AND v.deleted = 0
 ORDER BY v.id;
