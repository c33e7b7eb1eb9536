-- Was there a volume, a backup or a group of this id that is deleted now? Whoever names one has not mistyped it.
-- :param id text
-- :reads volumes backups groups :rows one
SELECT (SELECT COUNT(*) FROM volumes  AS v WHERE v.id = @id AND v.deleted <> 0)
     + (SELECT COUNT(*) FROM backups  AS b WHERE b.id = @id AND b.deleted <> 0)
     + (SELECT COUNT(*) FROM `groups` AS g WHERE g.id = @id AND g.deleted <> 0) AS rows_deleted;
