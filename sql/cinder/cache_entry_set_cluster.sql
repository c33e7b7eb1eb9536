-- Put one row of image_volume_cache_entries into another cluster (NULL: none), if it still is in the one that the plan saw, byte for byte.
-- :param id int
-- :param old_cluster_name text  may be NULL
-- :param new_cluster_name text  may be NULL
-- :writes image_volume_cache_entries :rows 1
-- :row cache_entry_get_cluster
UPDATE `image_volume_cache_entries`
   SET `cluster_name` = @new_cluster_name
 WHERE id = @id
   AND BINARY `cluster_name` <=> BINARY @old_cluster_name;
