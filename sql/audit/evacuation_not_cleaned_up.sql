-- Evacuations away from this host are 'done', but its nova-compute has not started since to clean up. When it starts, nova
-- destroys the host's copies of those guests, as it should: the instances run elsewhere, and only data on local disks is lost.
-- :check N13 evacuation-not-cleaned-up
-- :severity low
-- :title host with evacuated guests that are not cleaned up
-- :database cell
-- :subject host
-- :message {guests} guests were evacuated from {subject}; its nova-compute destroys its copies when it starts
-- :remedy evac-manage host return {subject}
-- :param down int
-- :reads migrations services
SELECT MIN(m.source_compute) AS subject
     , MIN(m.source_compute) AS host
     , COUNT(DISTINCT m.instance_uuid) AS guests
     , MIN(m.created_at) AS first_at
     , MAX(m.created_at) AS last_at
  FROM migrations AS m
 WHERE m.migration_type = 'evacuation'
   AND m.status = 'done'
   AND m.deleted = 0
   AND NOT EXISTS (SELECT 1     -- evacuation-copy-runs says it
                     FROM (SELECT x.host, LEFT(BINARY x.host, 255) AS at, x.last_seen_up
                             FROM services AS x
                            WHERE x.`binary` = 'nova-compute'
                              AND x.version > 30
                              AND x.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                              AND x.deleted = 0
                            LIMIT 18446744073709551615) AS s
                    WHERE s.at = LEFT(BINARY m.source_compute, 255)
                      AND BINARY s.host = BINARY m.source_compute
                      AND s.last_seen_up > COALESCE(m.updated_at, m.created_at) + INTERVAL 2 SECOND)
 GROUP BY BINARY m.source_compute
 ORDER BY subject;
