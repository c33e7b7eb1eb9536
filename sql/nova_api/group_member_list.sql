-- The members of a server group.
-- :param group_uuid text
-- :reads instance_groups instance_group_member :rows many
SELECT m.instance_uuid
  FROM instance_groups       AS g
  JOIN instance_group_member AS m ON m.group_id = g.id
 WHERE g.uuid = @group_uuid
 ORDER BY m.id;
