-- A row of workers, cinder's list of operations in progress, belongs to a service that is deleted or down, or to a resource
-- that is deleted or has long been in another status. When that service starts it may set the resource to 'error', although
-- another service owns it by then.
-- :check A22 worker-orphan
-- :severity medium
-- :title operation in progress of a service that no longer exists
-- :database cinder
-- :subject worker
-- :message {resource_type} {resource_id} is listed as {status} by service {service_id} ({service_host})
-- :remedy cinder --os-volume-api-version 3.24 work-cleanup --resource-type {resource_type} --resource-id {resource_id}
-- :param down int
-- :param stuck int
-- :reads workers services volumes snapshots
SELECT w.id AS subject
     , s.host AS host
     , w.resource_type
     , w.resource_id
     , w.status
     , w.service_id
     , s.host AS service_host
     , COALESCE(CONVERT(v.status USING utf8mb4), CONVERT(sn.status USING utf8mb4)) AS resource_status
     , TIMESTAMPDIFF(SECOND, w.updated_at, UTC_TIMESTAMP()) AS age_s
  FROM workers AS w     -- cinder keeps none that are deleted
  LEFT JOIN services AS s ON s.id = w.service_id
  LEFT JOIN volumes AS v ON v.id = CONVERT(w.resource_id USING ascii) AND w.resource_type = 'Volume' AND v.deleted = 0
  LEFT JOIN snapshots AS sn ON sn.id = CONVERT(w.resource_id USING ascii) AND w.resource_type = 'Snapshot' AND sn.deleted = 0
 WHERE w.resource_type <> 'SENTINEL'
   AND (s.id IS NULL OR s.deleted = 1 OR COALESCE(s.updated_at < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
        OR (v.id IS NULL AND sn.id IS NULL)
        OR (COALESCE(BINARY v.status, BINARY sn.status) <> BINARY w.status AND COALESCE(w.updated_at, w.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND))
 ORDER BY w.id;
