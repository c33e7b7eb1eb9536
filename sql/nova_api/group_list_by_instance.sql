-- The server group that an instance is a member of, with its policy and the policy's rules (nova 18 and later).
-- :param instance_uuid text
-- :reads instance_groups instance_group_member instance_group_policy :rows many
SELECT g.uuid
     , p.policy
     , p.rules
  FROM instance_group_member      AS m
  JOIN instance_groups            AS g ON g.id = m.group_id
  LEFT JOIN instance_group_policy AS p ON p.group_id = g.id
 WHERE m.instance_uuid = @instance_uuid
 ORDER BY g.id, p.id;
