-- Every compute host with the metadata of its aggregates: availability_zone, and what a flavor may ask of it.
-- :reads aggregate_hosts aggregate_metadata :rows many
SELECT h.host
     , m.`key`   AS name
     , m.`value` AS value
  FROM aggregate_hosts    AS h
  JOIN aggregate_metadata AS m ON m.aggregate_id = h.aggregate_id
 ORDER BY h.host, m.`key`, m.`value`;
