-- Still the same connection as when the transaction began? A proxy may have moved us.
-- :reads variables :rows one
SELECT CONNECTION_ID() AS connection_id;
