-- A nova service is disabled without a reason. An operator cannot tell whether it may be enabled again.
-- :check N29 nova-disabled-without-reason
-- :severity low
-- :title nova service disabled without a reason
-- :database cells
-- :subject service
-- :message {subject} has been disabled without a reason since {changed_at}
-- :remedy openstack compute service set --enable {host} nova-compute
-- :reads services
SELECT CONCAT(s.`binary`, ' ', s.host) AS subject
     , s.host AS host
     , s.updated_at AS changed_at
  FROM services AS s
 WHERE s.disabled = 1
   AND COALESCE(TRIM(s.disabled_reason), '') = ''
   AND s.deleted = 0
 ORDER BY subject;
