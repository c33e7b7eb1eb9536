-- Services of one kind report different RPC or object versions. The oldest record, alive or dead, holds back all others.
-- :check A15 cinder-version-drift
-- :severity medium
-- :title cinder services of different versions
-- :database cinder
-- :subject service
-- :message {subject} runs in {versions} versions, from RPC {oldest_rpc} to {newest_rpc}
-- :remedy evac-manage service list; evac-manage service remove {subject} {silent}
-- :param down int
-- :reads services
SELECT s.`binary` AS subject
     , NULL AS host
     , COUNT(DISTINCT s.rpc_current_version, s.object_current_version) AS versions
     , MIN(s.rpc_current_version) AS oldest_rpc
     , MAX(s.rpc_current_version) AS newest_rpc
     , MIN(s.object_current_version) AS oldest_objects
     , MAX(s.object_current_version) AS newest_objects
     , MIN(CASE WHEN COALESCE(s.updated_at < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1) THEN s.host END) AS silent
  FROM services AS s
 WHERE s.rpc_current_version IS NOT NULL
   AND s.deleted = 0
 GROUP BY s.`binary`
HAVING COUNT(DISTINCT s.rpc_current_version, s.object_current_version) > 1
 ORDER BY subject;
