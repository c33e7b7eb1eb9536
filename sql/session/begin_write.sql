-- A transaction that may write.
-- :session
START TRANSACTION READ WRITE;
