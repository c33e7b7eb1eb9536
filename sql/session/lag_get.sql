-- How far a replica is behind (Seconds_Behind_Master); no rows on a server that replicates nothing.
-- :reads replication :rows many
SHOW SLAVE STATUS;
