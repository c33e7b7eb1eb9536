-- For writing: no gap locks on other hosts' rows where volumes.host has no index.
-- :session
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
