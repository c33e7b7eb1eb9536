-- An evacuation away from this host is 'done' but the host has not been up since to clean up after it. When it comes back nova
-- destroys its copy of the guest, as it should: if the instance is elsewhere, nothing is lost but what was on local disks.
-- :check N13 evacuation-tombstone
-- :severity low
-- :title host with evacuated guests still to destroy
-- :database cell
-- :subject host
-- :message {guests} guests were evacuated from {subject}; it will destroy its copies when it starts
-- :remedy evac-manage host return {subject}
-- :reads migrations
SELECT m.source_compute AS subject
     , m.source_compute AS host
     , COUNT(DISTINCT m.instance_uuid) AS guests
     , MIN(m.created_at) AS first_at
     , MAX(m.created_at) AS last_at
  FROM migrations AS m
 WHERE m.migration_type = 'evacuation'
   AND m.status = 'done'
   AND m.deleted = 0
 GROUP BY m.source_compute
 ORDER BY subject;
