-- Cinder's attachment names another compute host than nova's instance does. After an evacuation the old host may still reach
-- the volume; if that host is alive, two hosts write to it.
-- :check A08 attachment-on-other-host
-- :severity high
-- :title attachment on another host than the instance
-- :database cinder
-- :subject attachment
-- :rule pair
-- :with with_instances_at_rest
-- :when attached_host <> instance_host
-- :message attachment {subject} of volume {volume_id} is on {attached_host}, but instance {instance_uuid} is on {instance_host}
-- :remedy nova-manage volume_attachment refresh {instance_uuid} {volume_id} connector.json
-- :param from text
-- :param to text
-- :reads volume_attachment
SELECT a.instance_uuid AS k
     , a.id AS subject
     , a.attached_host AS host
     , a.volume_id
     , a.instance_uuid
     , a.attached_host
  FROM volume_attachment AS a
 WHERE a.instance_uuid >= @from
   AND a.instance_uuid <= @to
   AND a.attach_status = 'attached'
   AND a.deleted = 0
 ORDER BY a.instance_uuid;
