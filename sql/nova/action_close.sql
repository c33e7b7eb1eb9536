-- Say in the instance's history that its evacuation was not sent.
-- :param instance_uuid text
-- :param request_id    text
-- :writes instance_actions :rows 1
UPDATE instance_actions
   SET message       = 'Error'
     , finish_time   = UTC_TIMESTAMP()
     , updated_at    = UTC_TIMESTAMP()
 WHERE instance_uuid = @instance_uuid
   AND request_id    = @request_id
   AND deleted       = 0;
