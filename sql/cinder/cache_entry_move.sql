-- Point one image cache entry at another backend, if it still is where the plan saw it, byte for byte.
-- :param id       int
-- :param old_host text  host@backend#pool
-- :param new_host text  host@backend#pool
-- :param old_cluster_name text  cluster@backend#pool; NULL: none
-- :param new_cluster_name text  NULL: none
-- :writes image_volume_cache_entries :rows 1
-- :row cache_entry_get_owner
UPDATE image_volume_cache_entries
   SET host        = @new_host
     , cluster_name = @new_cluster_name
 WHERE id          = @id
   AND BINARY host = BINARY @old_host
   AND BINARY cluster_name <=> BINARY @old_cluster_name;
