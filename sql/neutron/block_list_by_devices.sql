-- Who has not yet reported that it is done with a port of some instances.
-- :param device_ids list  in the client one
-- :reads ports provisioningblocks :rows many
SELECT p.id
     , GROUP_CONCAT(x.entity ORDER BY x.entity SEPARATOR ',') AS entities
  FROM ports              AS p
  JOIN provisioningblocks AS x ON x.standard_attr_id = p.standard_attr_id
 WHERE p.device_id IN (@device_ids)
 GROUP BY p.id
 ORDER BY p.id;
