-- How far a replica is behind (Seconds_Behind_Master, NULL: its replication is stopped); no rows on a server that replicates nothing.
-- :reads replication :rows many
SHOW SLAVE STATUS;
