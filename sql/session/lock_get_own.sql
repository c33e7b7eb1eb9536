-- Is a named lock that we took still this session's? A proxy may have handed us to another one, an administrator ended ours.
-- :param name text
-- :reads variables :rows one
SELECT IS_USED_LOCK(@name) AS holder
     , CONNECTION_ID()     AS connection_id;
