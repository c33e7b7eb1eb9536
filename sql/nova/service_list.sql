-- Every nova service of a cell with the age of its heartbeat by the server's own clock (last_seen_up, before the first one
-- created_at; updated_at also moves when a service is disabled, so it is no heartbeat).
-- :reads services :rows many
SELECT s.id
     , s.uuid
     , s.host
     , s.`binary`
     , COALESCE(s.disabled, 0)    AS disabled
     , s.disabled_reason
     , COALESCE(s.forced_down, 0) AS forced_down
     , COALESCE(s.version, 0)     AS version
     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM services AS s
 WHERE s.host IS NOT NULL
   AND s.deleted = 0
 ORDER BY s.`binary`, s.host, s.id;
