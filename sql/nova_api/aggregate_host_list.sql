-- Which compute hosts are in which aggregate, by its name.
-- :reads aggregates aggregate_hosts :rows many
SELECT a.name AS aggregate
     , h.host
  FROM aggregates      AS a
  JOIN aggregate_hosts AS h ON h.aggregate_id = a.id
 ORDER BY a.name, h.host;
