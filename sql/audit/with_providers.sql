-- Every resource provider, by uuid.
-- :stream
-- :database placement
-- :param from text
-- :param to text
-- :reads resource_providers
SELECT p.uuid AS k
     , p.name AS provider
  FROM resource_providers AS p
 WHERE p.uuid >= @from
   AND p.uuid <= @to
 ORDER BY p.uuid;
