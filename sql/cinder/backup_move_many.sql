-- Point many backups of one cinder-backup host at another, each only if it still is where the plan saw it, byte for byte: the rows that
-- match must be as many.
-- :param ids      list  in the client one
-- :param old_host text
-- :param new_host text
-- :writes backups :rows many
UPDATE backups FORCE INDEX (PRIMARY)
   SET host        = @new_host
     , updated_at  = UTC_TIMESTAMP()
 WHERE id IN (@ids)
   AND BINARY host = BINARY @old_host
   AND deleted     = 0;
