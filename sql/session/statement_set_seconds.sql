-- MariaDB ends a statement of this session that takes longer.
-- :param seconds int
-- :session
SET SESSION max_statement_time = @seconds;
