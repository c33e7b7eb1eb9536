-- The nova services of one host, as service_list has those of all: what is asked again before each evacuation of a large cell.
-- :param host text
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
 WHERE s.host = @host
   AND BINARY s.host = BINARY @host
   AND s.deleted = 0
 ORDER BY s.`binary`, s.id;
