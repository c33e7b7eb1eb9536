-- Backups name a host without a live cinder-backup. With backup_use_same_host set they can be neither restored nor deleted;
-- without it cinder chooses another host, and only the name is wrong.
-- :check A13 backup-host-dead
-- :severity medium
-- :title backups of a host without a live cinder-backup
-- :database cinder
-- :subject host
-- :message {backups} backups belong to {subject}, which has no live cinder-backup
-- :remedy evac-manage backup list --host {subject}; evac-manage backup update_backup_host --currenthost {subject} --newhost {newhost}
-- :param down int
-- :reads backups services
SELECT o.owner AS subject
     , o.owner AS host
     , o.n AS backups
     , MAX(s.updated_at) AS last_heard_of
     , (SELECT MIN(l.host)
          FROM services AS l
         WHERE l.`binary` = 'cinder-backup'
           AND COALESCE(l.disabled, 0) = 0
           AND l.updated_at >= UTC_TIMESTAMP() - INTERVAL @down SECOND
           AND l.deleted = 0) AS newhost
  FROM (SELECT BINARY b.host AS name, MIN(b.host) AS owner, COUNT(*) AS n
          FROM backups AS b
         WHERE b.host IS NOT NULL
           AND b.deleted = 0
         GROUP BY name) AS o
  LEFT JOIN (SELECT x.host, LEFT(BINARY x.host, 255) AS at, x.updated_at
               FROM services AS x
              WHERE x.`binary` = 'cinder-backup'
                AND x.deleted = 0
              LIMIT 18446744073709551615) AS s ON s.at = LEFT(BINARY o.owner, 255) AND BINARY s.host = BINARY o.owner
 GROUP BY o.name, o.owner, o.n
HAVING COALESCE(MAX(s.updated_at) < UTC_TIMESTAMP() - INTERVAL @down SECOND, 1)
 ORDER BY subject, o.name;
