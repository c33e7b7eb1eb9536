-- Live rows of caches and extras belong to deleted instances. They only keep those instances from being archived completely.
-- :check N18 deleted-instance-children
-- :severity low
-- :title live rows of deleted instances
-- :database cell
-- :subject table
-- :message {rows_of_it} live rows of {subject} belong to deleted instances (for example {example})
-- :remedy nova-manage db archive_deleted_rows --verbose
-- :reads instances instance_info_caches instance_extra
SELECT t.name AS subject
     , NULL AS host
     , t.n AS rows_of_it
     , t.example
  FROM (SELECT 'instance_info_caches' AS name, COUNT(*) AS n, MIN(CONVERT(x.instance_uuid USING ascii)) AS example
          FROM instances AS i     -- the deleted ones, which an index knows
          STRAIGHT_JOIN instance_info_caches AS x ON x.instance_uuid = CONVERT(i.uuid USING ascii) AND x.deleted = 0
         WHERE i.deleted <> 0
        UNION ALL
        SELECT 'instance_extra', COUNT(*), MIN(CONVERT(x.instance_uuid USING ascii))
          FROM instances AS i     -- the deleted ones, which an index knows
          STRAIGHT_JOIN instance_extra AS x ON x.instance_uuid = CONVERT(i.uuid USING ascii) AND x.deleted = 0
         WHERE i.deleted <> 0) AS t
 WHERE t.n > 0
 ORDER BY subject;
