-- The services that live report (nova servicegroup/drivers/db.py _report_state, cinder service.py report_state, neutron
-- agents_db.py). @a, @b, @c: the hosts, @a_lives, @b_lives, @c_lives, and
-- @a_agents: agents report beside a compute that does not. @asleep: conductor and scheduler do not.
UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP(), report_count = report_count + 1
 WHERE (BINARY host <> BINARY @a OR @a_lives) AND (BINARY host <> BINARY @b OR @b_lives) AND (BINARY host <> BINARY @c OR @c_lives)
   AND last_seen_up IS NOT NULL AND NOT (@asleep AND `binary` IN ('nova-conductor', 'nova-scheduler'));
UPDATE nova_cell0.services SET last_seen_up = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP();
UPDATE cinder.services SET updated_at = UTC_TIMESTAMP(), report_count = report_count + 1
 WHERE (BINARY SUBSTRING_INDEX(host, '@', 1) <> BINARY @a OR @a_lives) AND (BINARY SUBSTRING_INDEX(host, '@', 1) <> BINARY @b OR @b_lives)
   AND (BINARY SUBSTRING_INDEX(host, '@', 1) <> BINARY @c OR @c_lives);
UPDATE neutron.agents SET heartbeat_timestamp = UTC_TIMESTAMP()
 WHERE (BINARY host <> BINARY @a OR @a_agents) AND (BINARY host <> BINARY @b OR @b_lives) AND (BINARY host <> BINARY @c OR @c_lives);
