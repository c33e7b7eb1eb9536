-- On Galera: a read waits until what was committed before it, on any node, is there.
-- :session
SET SESSION wsrep_sync_wait = 15;
