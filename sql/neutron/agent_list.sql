-- neutron's agents, of one host or of all, and how long ago each reported, by the server's clock.
-- :param host text  NULL: every host
-- :reads agents :rows many
SELECT a.host
     , a.agent_type
     , a.`binary`
     , a.admin_state_up
     , TIMESTAMPDIFF(SECOND, a.heartbeat_timestamp, UTC_TIMESTAMP()) AS age_s
  FROM agents AS a
 WHERE (@host IS NULL OR BINARY a.host = BINARY @host)
 ORDER BY a.host, a.agent_type;
