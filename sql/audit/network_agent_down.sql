-- A network agent that plugs ports in has not reported for longer than agent_down_time, while nova-compute of its host reports.
-- Neutron binds no port there any more (binding_failed): an instance that is booted on, migrated or evacuated to that host fails.
-- :check V05 network-agent-down
-- :severity high
-- :title network agent down where nova-compute reports
-- :database neutron
-- :subject agent
-- :rule pair
-- :with with_computes_up
-- :message {subject} ({agent_type}): last heartbeat {heartbeat_age_s} s ago, but nova-compute of {agent_host} reports
-- :remedy evac-manage host show {agent_host}; openstack network agent list --host {agent_host}
-- :param down int
-- :param from text
-- :param to text
-- :reads agents
-- :needs agents.host
-- :needs agents.heartbeat_timestamp
SELECT HEX(LOWER(CONVERT(a.host USING utf8mb4))) AS k
     , CONCAT(a.`binary`, ' ', a.host) AS subject
     , a.host AS host
     , a.host AS agent_host
     , a.agent_type
     , TIMESTAMPDIFF(SECOND, a.heartbeat_timestamp, UTC_TIMESTAMP()) AS heartbeat_age_s
  FROM agents AS a
 WHERE HEX(LOWER(CONVERT(a.host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(a.host USING utf8mb4))) <= @to
   AND a.agent_type IN ('Open vSwitch agent', 'Linux bridge agent', 'Macvtap agent', 'NIC Switch agent')
   AND a.heartbeat_timestamp < UTC_TIMESTAMP() - INTERVAL @down SECOND
 ORDER BY k;
