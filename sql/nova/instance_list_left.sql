-- What became of some instances that are not on the host where they were looked for: deleted, or taken from a host by an evacuation that
-- has ended: 'done', and 'completed' when that host has returned and its nova-compute destroyed its copy (nova compute/manager.py:
-- _destroy_evacuated_instances).
-- :param uuids list  in the client one
-- :reads instances migrations :rows many
SELECT i.uuid
     , i.display_name     AS name
     , (i.deleted <> 0)   AS is_deleted
     , i.host
     , m.source_compute
  FROM instances       AS i
  LEFT JOIN migrations AS m ON m.instance_uuid = CONVERT(i.uuid USING ascii)     -- deleted or not: it only says what was
                           AND m.migration_type = 'evacuation'
                           AND m.status IN ('done', 'completed')
 WHERE i.uuid IN (@uuids)
 ORDER BY i.uuid, m.id;
