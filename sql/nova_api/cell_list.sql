-- The cells of this cloud. cell0 holds what was never placed and no computes. Both URLs hold passwords.
-- :reads cell_mappings :rows many
SELECT c.id
     , c.uuid
     , c.name
     , c.transport_url
     , c.database_connection
  FROM cell_mappings AS c
 ORDER BY c.id;
