-- From where the compute of one attachment comes to its storage, as os-brick there has said.
-- :param id text
-- :param host text
-- :reads volume_attachment :rows one
SELECT JSON_UNQUOTE(JSON_EXTRACT(a.connector, '$.ip')) AS address
  FROM volume_attachment AS a
 WHERE a.id = @id
   AND a.deleted = 0
   AND JSON_VALID(a.connector)
   AND BINARY JSON_UNQUOTE(JSON_EXTRACT(a.connector, '$.host')) = BINARY @host;
