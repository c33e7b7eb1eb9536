-- Everything that holds an allocation, by uuid.
-- :stream
-- :database placement
-- :param from text
-- :param to text
-- :reads allocations
SELECT a.consumer_id AS k
  FROM allocations AS a
 WHERE a.consumer_id >= @from
   AND a.consumer_id <= @to
 GROUP BY a.consumer_id
 ORDER BY a.consumer_id;
