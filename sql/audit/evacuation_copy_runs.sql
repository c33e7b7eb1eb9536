-- The instance was evacuated from a host whose nova-compute reports again, and that was not restarted: a start destroys the
-- host's copy and completes the migration before the first heartbeat. The old guest most likely runs beside the new one, and both
-- write to the same disks. A host that was cut off from the control plane and not powered off comes back like this. A nova-compute
-- of Queens is left out: it leaves such migrations 'done' when its hypervisor has lost the guest.
-- :check N46 evacuation-copy-runs
-- :severity critical
-- :title evacuated guest that most likely still runs on its old host
-- :database cell
-- :subject instance
-- :message instance {subject} was evacuated from {host} to {owner} at {done_at}, and nova-compute of {host} reports again, at {reported_at}, without a restart: its old guest most likely still runs
-- :remedy evac-manage host return {host}; virsh -c qemu+ssh://root@{host}/system domstate {subject}
-- :param down int
-- :reads migrations instances services
SELECT i.uuid AS subject
     , m.source_compute AS host
     , i.host AS owner
     , m.id AS migration
     , COALESCE(m.updated_at, m.created_at) AS done_at
     , s.last_seen_up AS reported_at
  FROM migrations AS m
  JOIN instances  AS i ON i.uuid = CONVERT(m.instance_uuid USING ascii) AND i.deleted = 0
  JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at, x.last_seen_up
          FROM services AS x
         WHERE x.`binary` = 'nova-compute'
           AND x.version > 30
           AND x.last_seen_up >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND x.deleted = 0
         LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY m.source_compute, 255) AND BINARY s.host = BINARY m.source_compute
 WHERE m.migration_type = 'evacuation'
   AND m.status = 'done'
   AND m.deleted = 0
   AND BINARY i.host <> BINARY m.source_compute
   AND s.last_seen_up > COALESCE(m.updated_at, m.created_at) + INTERVAL 2 SECOND
 ORDER BY m.id;
