-- Point one row of groups at another backend, if it still is where the plan saw it, byte for byte.
-- :param id       text
-- :param old_host text  host@backend#pool
-- :param new_host text  host@backend#pool
-- :writes groups :rows 1
UPDATE `groups`
   SET host        = @new_host
     , updated_at  = UTC_TIMESTAMP()
 WHERE id          = @id
   AND BINARY host = BINARY @old_host
   AND cluster_name IS NULL
   AND deleted     = 0;
