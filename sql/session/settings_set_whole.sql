-- No answer and no write is cut short by a default of the server: every row of a SELECT however many there are, long lists and long
-- sort keys whole, changes without a key, all constraints, a COMMIT that ends its transaction and no more, and a short wait for
-- tables that are being altered. max_join_size comes before sql_big_selects: setting it turns that off.
-- :session
SET SESSION sql_select_limit = 18446744073709551615
  , max_join_size = 18446744073709551615
  , sql_big_selects = 1
  , group_concat_max_len = 1048576
  , max_sort_length = 1024
  , sql_safe_updates = 0
  , sql_auto_is_null = 0
  , foreign_key_checks = 1
  , unique_checks = 1
  , completion_type = 0
  , lock_wait_timeout = 10;
