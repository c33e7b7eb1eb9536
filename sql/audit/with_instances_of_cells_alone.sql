-- SPDX-License-Identifier: Apache-2.0
-- Every live instance of every cell but cell 0 by uuid, and nothing of it but that.
-- :stream
-- :database cell
-- :param from text
-- :param to text
-- :reads instances
SELECT i.uuid AS k
  FROM instances AS i
 WHERE i.uuid >= @from
   AND i.uuid <= @to
   AND i.deleted = 0
 ORDER BY i.uuid;
