-- How many statements the server works on at this moment.
-- :reads status :rows one
SHOW GLOBAL STATUS
 WHERE Variable_name = 'Threads_running';
