-- A group and one of its volumes belong to different backends. A delete of the group fails: each backend refuses the volumes of
-- the other.
-- :check A26 group-on-other-backend
-- :severity high
-- :title group on another backend than its volumes
-- :database cinder
-- :subject group
-- :message group '{name}' is on {host}, but {volumes} of its volumes are on {volume_backend}
-- :remedy evac-manage group update_host --currenthost {host} --newhost {volume_backend}
-- :reads groups volumes
SELECT g.id AS subject
     , g.host AS host
     , g.name AS name
     , MIN(SUBSTRING_INDEX(v.host, '#', 1)) AS volume_backend
     , COUNT(*) AS volumes
     , TIMESTAMPDIFF(SECOND, MAX(v.updated_at), UTC_TIMESTAMP()) AS age_s
  FROM `groups` AS g
  JOIN volumes AS v ON v.group_id = CONVERT(g.id USING ascii) AND v.deleted = 0
 WHERE BINARY SUBSTRING_INDEX(g.host, '#', 1) <> BINARY SUBSTRING_INDEX(v.host, '#', 1)
   AND g.deleted = 0
 GROUP BY g.id, g.host, g.name
 ORDER BY g.id;
