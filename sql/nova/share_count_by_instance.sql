-- Manila shares that an instance has mounted (nova 29 and later have the table): nova does not evacuate one that has any.
-- :param uuid text
-- :reads share_mapping :rows one
SELECT COUNT(*) AS shares
  FROM share_mapping AS s
 WHERE s.instance_uuid = @uuid
 ORDER BY 1;
