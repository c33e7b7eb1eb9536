-- Every volume, with its owner, its type and what its storage calls it by.
-- :reads volumes volume_types :rows many
SELECT v.id
     , v.display_name AS name
     , v.project_id
     , v.status
     , v.attach_status
     , v.size         AS size_gb
     , v.host
     , v.cluster_name
     , v.service_uuid
     , v._name_id     AS name_id
     , t.name         AS type
  FROM volumes           AS v
  LEFT JOIN volume_types AS t ON t.id = CONVERT(v.volume_type_id USING ascii) AND t.deleted = 0
 WHERE v.deleted = 0
 ORDER BY v.host, v.id;
