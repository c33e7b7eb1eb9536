-- Give a migration that was to be closed a new time, and nothing else: an earlier try to close it, whose commit nobody has seen,
-- then finds the row changed.
-- :param id         int
-- :param old_status text
-- :writes migrations :rows 1
UPDATE migrations
   SET updated_at    = UTC_TIMESTAMP()
 WHERE id            = @id
   AND BINARY status = BINARY @old_status
   AND deleted       = 0;
