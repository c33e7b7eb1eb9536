-- What cache_entry_set_cluster has written, read again by the row's id.
-- :param id int
-- :reads image_volume_cache_entries :rows one
SELECT t.`cluster_name`
  FROM `image_volume_cache_entries` AS t
 WHERE t.id = @id
 ORDER BY t.id;
