-- Point one row of groups at another backend, if it still is where the plan saw it, byte for byte.
-- :param id       text
-- :param old_host text  host@backend#pool
-- :param new_host text  host@backend#pool
-- :param old_cluster_name text  cluster@backend#pool; NULL: none
-- :param new_cluster_name text  NULL: none
-- :writes groups :rows 1
-- :row group_get_owner
UPDATE `groups`
   SET host        = @new_host
     , cluster_name = @new_cluster_name
     , updated_at  = UTC_TIMESTAMP()
 WHERE id          = @id
   AND BINARY host = BINARY @old_host
   AND BINARY cluster_name <=> BINARY @old_cluster_name
   AND deleted     = 0;
