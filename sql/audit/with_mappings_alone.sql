-- SPDX-License-Identifier: Apache-2.0
-- Every instance that is mapped to a cell, by uuid.
-- :stream
-- :database api
-- :param from text
-- :param to text
-- :reads instance_mappings
SELECT m.instance_uuid AS k
  FROM instance_mappings AS m
 WHERE m.instance_uuid >= @from
   AND m.instance_uuid <= @to
 ORDER BY m.instance_uuid;
