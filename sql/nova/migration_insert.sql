-- The evacuation's migration (nova 20 and later). Its uuid is unique in the cell: a second try of the same attempt fails here. It is the last
-- row of its transaction, and is written in its session or not at all.
-- :param uuid           text
-- :param source_compute text
-- :param source_node    text
-- :param dest_compute   text  NULL: the scheduler chooses
-- :param instance_uuid  text
-- :param user_id        text
-- :param project_id     text
-- :param session        int   CONNECTION_ID() of the session that the transaction was begun in
-- :writes migrations :rows 1
INSERT INTO migrations
       (created_at, deleted, uuid, source_compute, source_node, dest_compute, instance_uuid, status, migration_type,
        hidden, cross_cell_move, user_id, project_id)
SELECT UTC_TIMESTAMP(), 0, @uuid, @source_compute, @source_node, @dest_compute, @instance_uuid, 'accepted', 'evacuation',
       0, 0, @user_id, @project_id
  FROM DUAL
 WHERE CONNECTION_ID() = @session;
