-- A nova-compute reports, but has had no compute node for longer than --stuck. It could not reach its hypervisor or placement
-- when it started; nova-scheduler never chooses it.
-- :check N24 compute-without-node
-- :severity medium
-- :title nova-compute without a compute node
-- :database cell
-- :subject host
-- :message nova-compute of {subject} has had no compute node since {created_at}
-- :remedy evac-manage host show {subject}
-- :param stuck int
-- :reads services compute_nodes
SELECT s.host AS subject
     , s.host AS host
     , s.created_at
  FROM services AS s
  LEFT JOIN (SELECT n.host, LEFT(BINARY n.host, 255) AS at FROM compute_nodes AS n WHERE n.deleted = 0 LIMIT 18446744073709551615) AS c
    ON c.at = LEFT(BINARY s.host, 255) AND BINARY c.host = BINARY s.host
 WHERE c.at IS NULL
   AND s.`binary` = 'nova-compute'
   AND s.created_at < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND s.deleted = 0
 ORDER BY s.host;
