-- MariaDB ends a statement of this session that takes longer. Whose rows wait for those of another server's statement is not taken for
-- lost before that one's time is over: a minute is the server's own patience.
-- :param seconds int
-- :session
SET SESSION max_statement_time = @seconds
  , net_write_timeout = @seconds + 60;
