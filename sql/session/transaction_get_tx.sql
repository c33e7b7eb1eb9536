-- The same by the name that every MariaDB has, and MySQL before 8.
-- :reads variables :rows one
SELECT CONNECTION_ID()         AS connection_id
     , @`evac_manage_session` AS marked
     , @@tx_isolation         AS isolation;
