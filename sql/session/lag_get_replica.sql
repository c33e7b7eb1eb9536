-- The same in the words of MySQL 8.0.22 and MariaDB 10.5.1; MySQL 8.4 knows no others.
-- :reads replication :rows many
SHOW REPLICA STATUS;
