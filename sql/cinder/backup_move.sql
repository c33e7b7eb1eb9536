-- Point one backup at another cinder-backup host, if it still is where the plan saw it, byte for byte.
-- :param id       text
-- :param old_host text
-- :param new_host text
-- :writes backups :rows 1
-- :row backup_get_owner
UPDATE backups
   SET host        = @new_host
     , updated_at  = UTC_TIMESTAMP()
 WHERE id          = @id
   AND BINARY host = BINARY @old_host
   AND deleted     = 0;
