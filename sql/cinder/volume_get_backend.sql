-- Who owns one volume, and which live attachments it has for an instance.
-- :param id text
-- :reads volumes :rows one
SELECT v.id
     , v.host
     , v.cluster_name
     , v.status
     , v.encryption_key_id
  FROM volumes AS v
 WHERE v.id = @id
   AND v.deleted = 0
 ORDER BY v.id;
