-- All volumes of one backend (host@backend), locked, to be compared with the plan before one statement moves them all.
-- :param backend_host text  host@backend
-- :reads volumes :rows many
SELECT v.id
     , v.host
     , v.service_uuid
  FROM volumes AS v
 WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host   -- not LIKE: _ is a wildcard
   AND v.cluster_name IS NULL
   AND v.deleted = 0
 ORDER BY v.id
   FOR UPDATE;
