-- Every instance that a cell has or has had, by uuid.
-- :stream
-- :database cells
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
  FROM instances AS i     -- deleted ones, too
 WHERE i.uuid >= @from
   AND i.uuid <= @to
 ORDER BY i.uuid;
