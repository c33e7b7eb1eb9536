-- The instance of one evacuation as it is now, marked deleted or not.
-- :param uuid text
-- :reads instances :rows one
SELECT i.host
     , i.vm_state
     , i.task_state
     , i.deleted <> 0 AS is_deleted
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS idle_s
  FROM instances AS i
 WHERE i.uuid = @uuid
 ORDER BY i.id;
