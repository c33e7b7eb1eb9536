-- Point one volume at another backend, if it still is where the plan saw it, byte for byte.
-- :param id          text
-- :param old_host    text  host@backend#pool
-- :param new_host    text  host@backend#pool
-- :param old_service_uuid text  uuid of the old owner; may be NULL
-- :param new_service_uuid text  uuid of the new owner; may be NULL
-- :param old_cluster_name text  cluster@backend#pool; NULL: none
-- :param new_cluster_name text  NULL: none
-- :writes volumes :rows 1
-- :row volume_get_owner
UPDATE volumes
   SET host         = @new_host
     , service_uuid = @new_service_uuid
     , cluster_name = @new_cluster_name
     , updated_at   = UTC_TIMESTAMP()
 WHERE id           = @id
   AND BINARY host  = BINARY @old_host   -- the column's collation ignores case and trailing blanks
   AND service_uuid <=> @old_service_uuid
   AND BINARY cluster_name <=> BINARY @old_cluster_name
   AND deleted      = 0;
