-- Where neutron's agents of one host end their tunnels: its own address on another network than nova's. Not one that an agent of
-- another host has, too.
-- :param host text
-- :reads agents :rows many
SELECT t.address
  FROM ( SELECT DISTINCT JSON_UNQUOTE(JSON_EXTRACT(a.configurations, '$.tunneling_ip')) AS address
           FROM agents AS a
          WHERE BINARY a.host = BINARY @host
            AND JSON_VALID(a.configurations) ) AS t
 WHERE t.address NOT IN ('', 'null')
   AND NOT EXISTS ( SELECT 1
                      FROM agents AS o
                     WHERE BINARY o.host <> BINARY @host
                       AND JSON_VALID(o.configurations)
                       AND BINARY JSON_UNQUOTE(JSON_EXTRACT(o.configurations, '$.tunneling_ip')) = BINARY t.address )
 ORDER BY t.address;
