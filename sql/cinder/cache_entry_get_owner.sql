-- One image cache entry as it is now: who owns it.
-- :param id int
-- :reads image_volume_cache_entries :rows one
SELECT r.host
     , r.cluster_name
  FROM image_volume_cache_entries AS r
 WHERE r.id = @id
 ORDER BY r.id;
