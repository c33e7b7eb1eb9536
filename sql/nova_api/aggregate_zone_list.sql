-- Which compute hosts are in an aggregate that is an availability zone, and by which uuid placement would know it. uuid: NULL of one that nova
-- has not read since Pike.
-- :reads aggregates aggregate_metadata aggregate_hosts :rows many
SELECT a.uuid
     , a.name    AS aggregate
     , m.`value` AS zone
     , h.host
  FROM aggregate_metadata AS m
  JOIN aggregates         AS a ON a.id = m.aggregate_id
  JOIN aggregate_hosts    AS h ON h.aggregate_id = m.aggregate_id
 WHERE m.`key` = 'availability_zone'
 ORDER BY h.host, a.id;
