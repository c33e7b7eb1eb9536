-- Everything that may hold an allocation: live instances, and migrations while they last, by uuid.
-- :stream
-- :database cells
-- :param from text
-- :param to text
-- :reads instances migrations
SELECT u.k AS k
  FROM (SELECT CONVERT(i.uuid USING ascii) AS k
          FROM instances AS i
         WHERE i.uuid >= @from
           AND i.uuid <= @to
           AND i.deleted = 0
        UNION ALL
        SELECT CONVERT(m.uuid USING ascii)
          FROM migrations AS m
         WHERE m.uuid >= @from
           AND m.uuid <= @to
           AND m.deleted = 0) AS u
 ORDER BY u.k;
