-- Every live attachment, by id.
-- :stream
-- :database cinder
-- :param from text
-- :param to text
-- :reads volume_attachment
SELECT a.id AS k
     , a.attach_status AS attach_status
     , CONCAT(a.volume_id, ' ', COALESCE(a.instance_uuid, '-')) AS attachment_says
  FROM volume_attachment AS a
 WHERE a.id >= @from
   AND a.id <= @to
   AND a.deleted = 0
 ORDER BY a.id;
