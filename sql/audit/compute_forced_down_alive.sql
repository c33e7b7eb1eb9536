-- A nova-compute is forced down and still reports. To nova its instances are on a dead host, and they may be evacuated while
-- they run.
-- :check N31 compute-forced-down-alive
-- :severity high
-- :title nova-compute that is forced down and still reports
-- :database cell
-- :subject host
-- :message nova-compute of {subject} is forced down; its last heartbeat was {heartbeat_age_s} s ago
-- :remedy evac-manage host return {subject}; openstack --os-compute-api-version 2.53 compute service set --up {subject} nova-compute
-- :param down int
-- :reads services
SELECT s.host AS subject
     , s.host AS host
     , TIMESTAMPDIFF(SECOND, s.last_seen_up, UTC_TIMESTAMP()) AS heartbeat_age_s
     , s.disabled_reason
  FROM services AS s
 WHERE s.`binary` = 'nova-compute'
   AND s.forced_down = 1
   AND s.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
   AND s.deleted = 0
 ORDER BY subject;
