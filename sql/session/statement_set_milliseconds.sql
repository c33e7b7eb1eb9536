-- MySQL ends a SELECT of this session that takes longer.
-- :param milliseconds int
-- :session
SET SESSION max_execution_time = @milliseconds;
