-- Close an evacuation that was proved not to have been sent. 'error' is outside the states that make a returning
-- host destroy its guests. Nobody else may have taken it: it still is 'accepted'.
-- :param uuid text
-- :writes migrations :rows 1
UPDATE migrations
   SET status     = 'error'
     , updated_at = UTC_TIMESTAMP()
 WHERE uuid       = @uuid
   AND status     = 'accepted'
   AND deleted    = 0;
