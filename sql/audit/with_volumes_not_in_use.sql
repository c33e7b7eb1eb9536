-- Every live volume that is free, in error or being deleted, by id.
-- :stream
-- :database cinder
-- :param from text
-- :param to text
-- :reads volumes
SELECT v.id AS k
     , v.status AS volume_status
  FROM volumes AS v
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.status IN ('available', 'error', 'deleting', 'error_deleting')
   AND v.deleted = 0
 ORDER BY v.id;
