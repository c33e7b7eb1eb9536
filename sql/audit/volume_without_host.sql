-- The volume was never scheduled to a backend. It counts in the quota until it is deleted.
-- :check A33 volume-without-host
-- :severity low
-- :title volume without a host
-- :database cinder
-- :subject volume
-- :message volume '{name}' is {status} and has had no host since {created_at}
-- :remedy evac-manage volume delete {subject}
-- :param stuck int
-- :reads volumes
SELECT v.id AS subject
     , NULL AS host
     , v.display_name AS name
     , v.status
     , v.created_at
  FROM volumes AS v
 WHERE v.host IS NULL
   AND v.created_at < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND v.deleted = 0
 ORDER BY v.id;
