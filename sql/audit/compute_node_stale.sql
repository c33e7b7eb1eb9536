-- A nova-compute reports, but has not updated its compute node for longer than --stuck: its resource tracker fails each time,
-- and placement has old values.
-- :check N41 compute-node-stale
-- :severity medium
-- :title compute node that is no longer updated
-- :database cell
-- :subject node
-- :message node {subject} was last updated at {updated_at}, while its nova-compute reports
-- :remedy evac-manage host show {host}
-- :param down int
-- :param stuck int
-- :reads compute_nodes services
SELECT c.hypervisor_hostname AS subject
     , c.host AS host
     , c.updated_at
  FROM compute_nodes AS c
  STRAIGHT_JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at
                   FROM services AS x
                  WHERE x.`binary` = 'nova-compute'
                    AND x.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                    AND x.disabled = 0
                    AND x.deleted = 0
                  LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY c.host, 255) AND BINARY s.host = BINARY c.host
 WHERE COALESCE(c.updated_at, c.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND c.deleted = 0
 ORDER BY c.id;
