-- Which resource providers placement has in some aggregates: nova-api puts them there when a host becomes a member of one of nova's, and
-- 'nova-manage placement sync_aggregates' does (nova compute/api.py: AggregateAPI.add_host_to_aggregate).
-- :param aggregates list  in the client one
-- :reads placement_aggregates resource_provider_aggregates resource_providers :rows many
SELECT a.uuid AS aggregate
     , p.uuid
  FROM placement_aggregates         AS a
  JOIN resource_provider_aggregates AS m ON m.aggregate_id = a.id
  JOIN resource_providers           AS p ON p.id = m.resource_provider_id
 WHERE a.uuid IN (@aggregates)
 ORDER BY a.uuid, p.uuid;
