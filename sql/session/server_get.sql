-- Who answers.
-- :reads variables :rows one
SELECT @@hostname  AS hostname
     , @@port      AS port
     , @@server_id AS server_id
     , @@version   AS version;
