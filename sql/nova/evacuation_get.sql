-- How far one evacuation is: its migration.
-- :param migration_uuid text
-- :reads migrations :rows one
SELECT m.id           AS migration_id
     , m.status       AS migration_status
     , m.dest_compute
  FROM migrations AS m     -- marked deleted with its instance it is still this evacuation
 WHERE m.uuid = @migration_uuid
 ORDER BY m.id;
