-- How many rows the statements before it have taken back; printed for people by journal undo --sql, never sent.
-- :param matched int
-- :param of int
-- :reads variables :rows one
SELECT @matched AS rows_taken_back
     , @of AS of_rows;
