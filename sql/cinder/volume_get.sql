-- One volume by its id, deleted ones too.
-- :param id text
-- :reads volumes :rows one
SELECT v.id
     , v.display_name      AS name
     , v.project_id
     , v.status
     , v.attach_status
     , v.migration_status
     , v.size              AS size_gb
     , v.host
     , v.cluster_name
     , v.service_uuid
     , v.availability_zone AS zone
     , v.group_id
     , COALESCE(v.deleted, 0) AS deleted
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM volumes AS v
 WHERE v.id = @id
 ORDER BY v.id;
