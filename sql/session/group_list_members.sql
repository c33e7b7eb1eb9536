-- The members of a MySQL group, as this one sees them; MySQL 5.7 has no roles (a secondary is read only). This account needs the
-- right to read the table.
-- :reads performance_schema.replication_group_members :rows many
SELECT m.MEMBER_ID = @@server_uuid AS own
     , m.MEMBER_STATE              AS state
  FROM performance_schema.replication_group_members AS m
 ORDER BY m.MEMBER_ID;
