-- Give one volume the uuid of the service that serves it, if it still is where the plan saw it, byte for byte.
-- :param id text
-- :param old_service_uuid text  may be NULL
-- :param new_service_uuid text  may be NULL
-- :param old_host text
-- :writes volumes :rows 1
-- :row volume_get_service
UPDATE `volumes`
   SET `service_uuid` = @new_service_uuid
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND BINARY `service_uuid` <=> BINARY @old_service_uuid
   AND BINARY `host` <=> BINARY @old_host
   AND deleted = 0;
