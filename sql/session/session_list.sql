-- Sessions of this server that we may see (ours and those of our own user; all of them with the PROCESS privilege), with the
-- address that they come from and the seconds since their last command. Connections that wait for a login are none.
-- :reads information_schema.processlist :rows many
SELECT p.id
     , p.`host`    AS address
     , p.`user`    AS user_name
     , p.`command` AS command
     , p.`time`    AS idle_s
  FROM information_schema.processlist AS p
 WHERE p.id <> CONNECTION_ID()
   AND p.`host` <> ''
   AND p.`command` NOT IN ('Daemon', 'Connect')
 ORDER BY p.id;
