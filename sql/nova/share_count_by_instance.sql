-- Manila shares that some instances have mounted (nova 29 and later have the table): nova does not evacuate one that has any.
-- :param uuids list  in the client one
-- :reads share_mapping :rows many
SELECT s.instance_uuid
     , COUNT(*) AS shares
  FROM share_mapping AS s
 WHERE s.instance_uuid IN (@uuids)
 GROUP BY s.instance_uuid
 ORDER BY s.instance_uuid;
