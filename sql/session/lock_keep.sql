-- The connection that holds a named lock is idle on purpose: the server must not close it for that.
-- :session
SET SESSION wait_timeout = 86400;
