-- Which cell each compute host is in.
-- :reads host_mappings :rows many
SELECT h.host
     , h.cell_id
  FROM host_mappings AS h
 ORDER BY h.host;
