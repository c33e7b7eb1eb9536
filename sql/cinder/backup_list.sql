-- Every backup, with its host.
-- :reads backups :rows many
SELECT b.id
     , b.display_name AS name
     , b.project_id
     , b.status
     , b.size         AS size_gb
     , b.host
     , b.volume_id
  FROM backups AS b
 WHERE b.deleted = 0
 ORDER BY b.host, b.id;
