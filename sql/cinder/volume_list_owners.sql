-- Who owns each of some volumes, and of which type it is.
-- :param ids list  in the client one
-- :reads volumes volume_types :rows many
SELECT v.id
     , v.host
     , v.cluster_name
     , v.status
     , v.encryption_key_id
     , t.name AS type
  FROM volumes AS v
  LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
 WHERE v.id IN (@ids)
   AND v.deleted = 0
 ORDER BY v.id;
