-- The tags of some instances.
-- :param instance_uuids list  in the client one
-- :reads tags :rows many
SELECT t.resource_id AS instance_uuid
     , t.tag         AS name
  FROM tags AS t -- deleted: nova keeps no deleted tags
 WHERE t.resource_id IN (@instance_uuids)
 ORDER BY t.resource_id, t.tag;
