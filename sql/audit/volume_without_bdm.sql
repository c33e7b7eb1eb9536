-- The volume is 'in-use' in cinder, but no live block device mapping in any cell names it. It stays so when an instance is
-- deleted, or an attach fails, while cinder does not answer. The volume can be neither attached nor deleted.
-- :check A01 volume-without-bdm
-- :severity high
-- :title in-use volume of no instance
-- :database cinder
-- :subject volume
-- :rule absent
-- :with with_bdms_by_volume
-- :message volume '{name}' has been in-use since {updated_at}, but no instance in any cell has it
-- :remedy openstack --os-volume-api-version 3.27 volume attachment list --volume-id {subject}; cinder reset-state --state available --attach-status detached {subject}
-- :param from text
-- :param to text
-- :reads volumes
SELECT v.id AS k
     , v.id AS subject
     , v.host AS host
     , v.display_name AS name
     , v.project_id
     , v.attach_status
     , v.updated_at
  FROM volumes AS v
 WHERE v.id >= @from
   AND v.id <= @to
   AND v.status = 'in-use'
   AND v.deleted = 0
 ORDER BY v.id;
