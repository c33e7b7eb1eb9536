-- One run a failed host: a named lock of this server, held until the connection ends. 1: got; 0: another session has it.
-- :param name text
-- :reads variables :rows one
SELECT GET_LOCK(@name, 0) AS got;
