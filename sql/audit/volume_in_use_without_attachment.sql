-- The volume is 'in-use', but cinder has no attachment for it. A detach fails, as there is nothing to detach.
-- :check A02 volume-in-use-without-attachment
-- :severity high
-- :title in-use volume without an attachment
-- :database cinder
-- :subject volume
-- :message volume '{name}' is in-use, but has no live attachment
-- :remedy evac-manage volume show {subject}; cinder reset-state --state available --attach-status detached {subject}
-- :reads volumes volume_attachment
SELECT v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.attach_status
     , TIMESTAMPDIFF(SECOND, COALESCE(v.updated_at, v.created_at), UTC_TIMESTAMP()) AS age_s
  FROM (SELECT CONVERT(n.id USING ascii) AS id          -- none at all: two indexes say that
          FROM volumes AS n
          LEFT JOIN volume_attachment AS y ON y.volume_id = CONVERT(n.id USING ascii)
         WHERE y.volume_id IS NULL
           AND n.status = 'in-use'
           AND n.deleted = 0
         UNION
        SELECT CONVERT(y.volume_id USING ascii)       -- or one that does not count
          FROM volume_attachment AS y
         WHERE COALESCE(y.attach_status, '') NOT IN ('attached', 'attaching', 'detaching')
            OR y.deleted <> 0) AS c
  STRAIGHT_JOIN volumes AS v ON v.id = c.id
  LEFT JOIN volume_attachment AS a ON a.volume_id = CONVERT(v.id USING ascii)
                                  AND a.attach_status IN ('attached', 'attaching', 'detaching')
                                  AND a.deleted = 0
 WHERE a.id IS NULL
   AND v.status = 'in-use'
   AND v.deleted = 0
 ORDER BY v.id;
