-- A backup is being created, restored or deleted by a host whose cinder-backup is down. No service works on it, and its volume
-- stays busy.
-- :check A37 backup-in-flight-dead
-- :severity high
-- :title unfinished backup of a host that is down
-- :database cinder
-- :subject backup
-- :message backup '{name}' is {status} on {host}, which has no live cinder-backup
-- :remedy evac-manage backup update_backup_host --currenthost {host} --newhost {newhost}; cinder backup-reset-state --state error {subject}
-- :param down int
-- :reads backups services
SELECT b.id AS subject
     , b.host AS host
     , b.display_name AS name
     , b.status
     , b.volume_id
     , (SELECT MIN(l.host)
          FROM services AS l
         WHERE l.`binary` = 'cinder-backup'
           AND COALESCE(l.disabled, 0) = 0
           AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND l.deleted = 0) AS newhost
  FROM backups AS b
 WHERE b.status IN ('creating', 'restoring', 'deleting')
   AND b.deleted = 0
   AND NOT EXISTS (SELECT 1
                     FROM services AS s
                    WHERE BINARY s.host = BINARY b.host
                      AND s.`binary` = 'cinder-backup'
                      AND s.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
                      AND s.deleted = 0)
 ORDER BY b.id;
