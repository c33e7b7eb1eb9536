-- Every live volume, by id.
-- :stream
-- :database cinder
-- :param from text
-- :param to text
-- :reads volumes
SELECT v.id AS k
     , v.status AS volume_status
     , v.host AS volume_host
     , v.project_id AS volume_project_id
  FROM volumes AS v
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.deleted = 0
 ORDER BY v.id;
