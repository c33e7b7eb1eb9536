-- How many volumes a backend has, in every pool: its rows when they are counted again, and no other owner's.
-- :param backend_host text  host@backend
-- :reads volumes :rows one
SELECT COUNT(*) AS n
  FROM volumes AS v
 WHERE v.host LIKE CONCAT(REPLACE(@backend_host, '\\', '_'), '%')   -- the rest is looked at byte for byte: quicker in passing
   AND BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY @backend_host   -- not LIKE: _ is a wildcard
   AND v.deleted = 0;
