-- For finding and proving: one snapshot.
-- :session
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
