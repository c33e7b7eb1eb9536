-- The settings read back (a proxy may swallow a SET), and who answers.
-- :reads variables :rows one
SELECT @@session.sql_mode                 AS sql_mode
     , @@session.time_zone                AS time_zone
     , @@session.autocommit               AS autocommit
     , @@session.innodb_lock_wait_timeout AS lock_wait_timeout_s
     , CONNECTION_ID()                    AS connection_id
     , @@hostname                         AS hostname
     , @@port                             AS port
     , @@server_id                        AS server_id
     , @@version                          AS version
     , @@global.read_only                 AS read_only;
