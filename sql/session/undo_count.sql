-- How many rows a printed undo has taken back, beside how many it should; never sent, only printed by journal undo --sql.
-- :param matched  int
-- :param expected int
-- :session
SELECT @matched  AS rows_taken_back
     , @expected AS of_rows;
