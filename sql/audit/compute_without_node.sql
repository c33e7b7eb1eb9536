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
  LEFT JOIN compute_nodes AS c ON BINARY c.host = BINARY s.host AND c.deleted = 0
 WHERE c.id IS NULL
   AND s.`binary` = 'nova-compute'
   AND s.created_at < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND s.deleted = 0
 ORDER BY s.host;
