-- An hour ago the host's services reported last. @a: the host.
UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL 1 HOUR, updated_at = last_seen_up WHERE BINARY host = BINARY @a;
UPDATE cinder.services SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY @a;
UPDATE neutron.agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE BINARY host = BINARY @a;
