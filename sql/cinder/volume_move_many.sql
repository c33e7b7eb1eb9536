-- Point many volumes that have the same owner at another, each only if it still is where the plan saw it, byte for byte: the rows that
-- match must be as many. By the primary key: a lock by anything else would take, and wait for, rows of other hosts.
-- :param ids         list  in the client one
-- :param old_host    text  host@backend#pool
-- :param new_host    text  host@backend#pool
-- :param old_service_uuid text  uuid of the old owner; may be NULL
-- :param new_service_uuid text  uuid of the new owner; may be NULL
-- :param old_cluster_name text  cluster@backend#pool; NULL: none
-- :param new_cluster_name text  NULL: none
-- :writes volumes :rows many
UPDATE volumes FORCE INDEX (PRIMARY)
   SET host         = @new_host
     , service_uuid = @new_service_uuid
     , cluster_name = @new_cluster_name
     , updated_at   = UTC_TIMESTAMP()
 WHERE id IN (@ids)
   AND BINARY host  = BINARY @old_host
   AND service_uuid <=> @old_service_uuid
   AND BINARY cluster_name <=> BINARY @old_cluster_name
   AND deleted      = 0;
