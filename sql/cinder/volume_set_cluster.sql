-- Put one row of volumes into another cluster (NULL: none), if it still is in the one that the plan saw, byte for byte.
-- :param id text
-- :param old_cluster_name text  may be NULL
-- :param new_cluster_name text  may be NULL
-- :writes volumes :rows 1
-- :row volume_get_cluster
UPDATE `volumes`
   SET `cluster_name` = @new_cluster_name
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND BINARY `cluster_name` <=> BINARY @old_cluster_name
   AND deleted = 0;
