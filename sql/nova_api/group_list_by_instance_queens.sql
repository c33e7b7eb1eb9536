-- The server group that an instance is a member of, as Queens (17) has it: a policy has no rules.
-- :param instance_uuid text
-- :reads instance_groups instance_group_member instance_group_policy :rows many
SELECT g.uuid
     , p.policy
     , NULL AS rules
  FROM instance_group_member      AS m
  JOIN instance_groups            AS g ON g.id = m.group_id
  LEFT JOIN instance_group_policy AS p ON p.group_id = g.id
 WHERE m.instance_uuid = @instance_uuid
 ORDER BY g.id, p.id;
