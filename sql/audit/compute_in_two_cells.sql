-- Two cells have a live nova-compute of one host. The host was moved to another cell and left behind in the first, or two hosts
-- have one name.
-- :check N27 compute-in-two-cells
-- :severity high
-- :title nova-compute that two cells have
-- :database cell
-- :subject host
-- :rule several
-- :message nova-compute of {subject} is in cell {cell} and in another
-- :remedy evac-manage service list --host {subject}
-- :param from text
-- :param to text
-- :reads services
SELECT s.host AS k
     , s.host AS subject
     , s.host AS host
     , s.id AS service_id
     , s.last_seen_up
  FROM services AS s
 WHERE s.host >= @from
   AND s.host <= @to
   AND s.`binary` = 'nova-compute'
   AND s.deleted = 0
 ORDER BY s.host;
