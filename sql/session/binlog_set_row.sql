-- Under READ COMMITTED no write can go into the binary log as a statement (1665): as rows it can, where the account may choose.
-- :session
SET SESSION binlog_format = ROW;
