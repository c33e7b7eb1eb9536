-- The members of some server groups.
-- :param group_uuids list  in the client one
-- :reads instance_groups instance_group_member :rows many
SELECT g.uuid AS group_uuid
     , m.instance_uuid
  FROM instance_groups       AS g
  JOIN instance_group_member AS m ON m.group_id = g.id
 WHERE g.uuid IN (@group_uuids)
 ORDER BY g.uuid, m.id;
