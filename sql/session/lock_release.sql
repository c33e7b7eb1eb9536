-- Given back before the connection is closed: a pool in between may keep the server's session, and the lock with it. 1: done.
-- :param name text
-- :reads variables :rows one
SELECT RELEASE_LOCK(@name) AS got;
