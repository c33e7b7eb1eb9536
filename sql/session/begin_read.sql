-- One consistent snapshot that can write nothing.
-- :session
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;
