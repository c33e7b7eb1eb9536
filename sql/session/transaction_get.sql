-- Inside a transaction: which session of the server answers, the one whose settings are ours, and its isolation, by the name that MySQL
-- since 5.7.20 and MariaDB since 11.1 have. SHOW VARIABLES would list every variable of the server first.
-- :reads variables :rows one
SELECT CONNECTION_ID()          AS connection_id
     , @`evac_manage_session`  AS marked
     , @@transaction_isolation AS isolation;
