-- A backup counts more or fewer dependent backups than exist. With too many it cannot be deleted. With too few it can be
-- deleted, and its dependent backups can no longer be restored.
-- :check A29 backup-dependents
-- :severity medium
-- :title backup with a wrong count of dependent backups
-- :database cinder
-- :subject backup
-- :message backup '{name}' counts {counted} dependent backups, but {there} exist
-- :remedy UPDATE backups SET num_dependent_backups = {there} WHERE id = {subject}
-- :reads backups
SELECT p.id AS subject
     , p.host AS host
     , p.display_name AS name
     , COALESCE(p.num_dependent_backups, 0) AS counted
     , COALESCE(c.n, 0) AS there
     , TIMESTAMPDIFF(SECOND, COALESCE(c.last, p.updated_at, p.created_at), UTC_TIMESTAMP()) AS age_s
  FROM backups AS p
  LEFT JOIN (SELECT x.parent_id, COUNT(*) AS n, MAX(COALESCE(x.updated_at, x.created_at)) AS last
               FROM backups AS x
              WHERE x.parent_id IS NOT NULL
                AND x.deleted = 0
              GROUP BY x.parent_id) AS c
    ON c.parent_id = CONVERT(p.id USING ascii)
 WHERE p.deleted = 0
   AND COALESCE(p.num_dependent_backups, 0) <> COALESCE(c.n, 0)
 ORDER BY p.id;
