-- MySQL ends a SELECT of this session that takes longer. Whose rows wait for those of another server's statement is not taken for
-- lost before that one's time is over: a minute is the server's own patience.
-- :param milliseconds int
-- :session
SET SESSION max_execution_time = @milliseconds
  , net_write_timeout = @milliseconds DIV 1000 + 60;
