-- Every cinder service with the age of its heartbeat by the server's own clock; a negative age is a clock in the future.
-- :reads services :rows many
SELECT s.id
     , s.uuid
     , s.host
     , s.`binary`
     , s.cluster_name
     , s.availability_zone                                  AS zone
     , COALESCE(s.disabled, 0)                              AS disabled
     , s.disabled_reason
     , COALESCE(s.frozen, 0)                                AS frozen
     , s.report_count
     , s.replication_status
     , s.active_backend_id
     , TIMESTAMPDIFF(SECOND, s.updated_at, UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM services AS s
 WHERE s.host IS NOT NULL
   AND s.deleted = 0
 ORDER BY s.`binary`, s.host, s.id;
