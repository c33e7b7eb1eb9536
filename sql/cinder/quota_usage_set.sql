-- Write what a project really uses of one resource, if the row still says what the plan saw.
-- :param id int
-- :param old_in_use int
-- :param new_in_use int
-- :param old_reserved int
-- :param new_reserved int
-- :writes quota_usages :rows 1
-- :row quota_usage_get
UPDATE `quota_usages`
   SET `in_use` = @new_in_use
     , `reserved` = @new_reserved
     , updated_at = UTC_TIMESTAMP()
 WHERE id = @id
   AND `in_use` = @old_in_use
   AND `reserved` = @old_reserved
   AND deleted = 0;
