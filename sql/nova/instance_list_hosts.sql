-- Where some instances are.
-- :param uuids list  in the client one
-- :reads instances :rows many
SELECT i.uuid
     , i.host
  FROM instances AS i
 WHERE i.uuid IN (@uuids)
   AND i.deleted = 0
 ORDER BY i.uuid, i.id;
