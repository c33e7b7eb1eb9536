-- Point all volumes of one backend at another; pools stay. Only after the same transaction has locked them and compared each one
-- with the plan: the rows that match must be as many.
-- :param old_backend_host text  host@backend
-- :param new_backend_host text  host@backend
-- :param new_service_uuid text  uuid of the new owner
-- :writes volumes :rows many
UPDATE volumes
   SET host         = CONCAT(@new_backend_host, SUBSTRING(host, CHAR_LENGTH(@old_backend_host) + 1))
     , service_uuid = @new_service_uuid
     , updated_at   = UTC_TIMESTAMP()
 WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY @old_backend_host
   AND cluster_name IS NULL
   AND deleted      = 0;
