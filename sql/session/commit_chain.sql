-- Commits, and begins the next transaction of the same kind by the same answer.
-- :session
COMMIT AND CHAIN;
