-- The server groups that some instances are members of, the first of each counts, with its policy and the policy's rules (nova 18 and later).
-- :param instance_uuids list  in the client one
-- :reads instance_groups instance_group_member instance_group_policy :rows many
SELECT m.instance_uuid
     , g.uuid
     , p.policy
     , p.rules
  FROM instance_group_member      AS m
  JOIN instance_groups            AS g ON g.id = m.group_id
  LEFT JOIN instance_group_policy AS p ON p.group_id = g.id
 WHERE m.instance_uuid IN (@instance_uuids)
 ORDER BY m.instance_uuid, g.id, p.id;
