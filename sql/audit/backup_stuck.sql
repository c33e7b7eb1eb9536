-- The backup has been in a transitional status for longer than --stuck.
-- :check A41 backup-stuck
-- :severity high
-- :title backup in a transitional status for too long
-- :database cinder
-- :subject backup
-- :message backup '{name}' on {host} has been {status} since {changed_at}
-- :remedy cinder backup-reset-state --state error {subject}
-- :param stuck int
-- :reads backups
SELECT b.id AS subject
     , b.host AS host
     , b.display_name AS name
     , b.volume_id
     , b.status
     , COALESCE(b.updated_at, b.created_at) AS changed_at
  FROM backups AS b
 WHERE b.status NOT IN ('available', 'error', 'error_deleting')
   AND COALESCE(b.updated_at, b.created_at) < UTC_TIMESTAMP() - INTERVAL @stuck SECOND
   AND b.deleted = 0
 ORDER BY b.id;
