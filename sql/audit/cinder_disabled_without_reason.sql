-- A cinder service is disabled without a reason. An operator cannot tell whether it may be enabled again.
-- :check A39 cinder-disabled-without-reason
-- :severity low
-- :title cinder service disabled without a reason
-- :database cinder
-- :subject service
-- :message {subject} has been disabled without a reason since {changed_at}
-- :remedy openstack volume service set --enable {service_host} {kind}
-- :reads services
SELECT CONCAT(s.`binary`, ' ', s.host) AS subject
     , s.host AS host
     , s.host AS service_host
     , s.`binary` AS kind
     , COALESCE(s.modified_at, s.updated_at) AS changed_at
  FROM services AS s
 WHERE s.disabled = 1
   AND COALESCE(TRIM(s.disabled_reason), '') = ''
   AND s.deleted = 0
 ORDER BY subject;
