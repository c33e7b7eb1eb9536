-- Put one volume into the availability zone of its new owner.
-- :param id text
-- :param old_availability_zone text  may be NULL
-- :param new_availability_zone text  may be NULL
-- :writes volumes :rows 1
-- :row volume_get_zone
UPDATE `volumes`
   SET `availability_zone` = @new_availability_zone
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND BINARY `availability_zone` <=> BINARY @old_availability_zone
   AND deleted = 0;
