-- Cell 0 holds instances that could not be scheduled: in error and on no host. Any other instance there was written by hand, or
-- by a conductor with a wrong configuration.
-- :check N10 cell0-leftover
-- :severity medium
-- :title instance in cell 0 that does not belong there
-- :database cell0
-- :subject instance
-- :message instance '{name}' is in cell 0, {vm_state}, on host {host}
-- :remedy evac-manage instance show {subject}
-- :reads instances
SELECT i.uuid AS subject
     , i.host AS host
     , i.display_name AS name
     , i.vm_state
     , TIMESTAMPDIFF(SECOND, COALESCE(i.updated_at, i.created_at), UTC_TIMESTAMP()) AS age_s
  FROM instances AS i
 WHERE (i.host IS NOT NULL OR COALESCE(i.vm_state, '') <> 'error')
   AND i.deleted = 0
 ORDER BY i.uuid;
