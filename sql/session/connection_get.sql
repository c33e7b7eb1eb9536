-- Which session of the server answers, and the one whose settings are ours: a proxy may have handed us to another.
-- :reads variables :rows one
SELECT CONNECTION_ID()         AS connection_id
     , @`evac_manage_session` AS marked;
