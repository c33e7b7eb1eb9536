-- The evacuation's migration as Queens, Rocky and Stein have it (17 to 19): no cross_cell_move, user_id, project_id.
-- :param uuid           text
-- :param source_compute text
-- :param source_node    text
-- :param dest_compute   text  NULL: the scheduler chooses
-- :param instance_uuid  text
-- :param session        int   CONNECTION_ID() of the session that the transaction was begun in
-- :writes migrations :rows 1
INSERT INTO migrations
       (created_at, deleted, uuid, source_compute, source_node, dest_compute, instance_uuid, status, migration_type, hidden)
SELECT UTC_TIMESTAMP(), 0, @uuid, @source_compute, @source_node, @dest_compute, @instance_uuid, 'accepted', 'evacuation', 0
  FROM DUAL
 WHERE CONNECTION_ID() = @session;
