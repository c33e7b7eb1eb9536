-- Every live attachment that is not attached, by id.
-- :stream
-- :database cinder
-- :param from text
-- :param to text
-- :reads volume_attachment
SELECT a.id AS k
     , a.attach_status AS attach_status
  FROM volume_attachment AS a
 WHERE a.id >= @from
   AND a.id <= @to
   AND COALESCE(a.attach_status, '') <> 'attached'
   AND a.deleted = 0
 ORDER BY a.id;
