-- Every live volume that only one instance may have, by id.
-- :stream
-- :database cinder
-- :param from text
-- :param to text
-- :reads volumes
SELECT v.id AS k
     , v.display_name AS volume_name
     , v.status AS volume_status
  FROM volumes AS v
 WHERE v.id >= @from
   AND v.id <= @to
   AND COALESCE(v.multiattach, 0) = 0
   AND v.deleted = 0
 ORDER BY v.id;
