-- neutron's agents, and how long ago each reported, by the server's clock.
-- :reads agents :rows many
SELECT a.host
     , a.agent_type
     , a.`binary`
     , a.admin_state_up
     , TIMESTAMPDIFF(SECOND, a.heartbeat_timestamp, UTC_TIMESTAMP()) AS age_s
  FROM agents AS a
 ORDER BY a.host, a.agent_type;
