-- SPDX-License-Identifier: Apache-2.0
-- The attachment names one host, its connector another. The backend has given access to the connector's host: that host can
-- still reach the volume, whatever cinder shows.
-- :check X06 attachment-connector-host
-- :severity high
-- :title attachment whose connector names another host
-- :database cinder
-- :subject attachment
-- :needs volume_attachment.connector
-- :message attachment {subject} of volume {volume_id} is on {attached_host}, but its connector names {connector_host}
-- :remedy nova-manage volume_attachment refresh {instance_uuid} {volume_id} connector.json
-- :reads volume_attachment
SELECT c.id AS subject
     , c.attached_host AS host
     , c.volume_id
     , c.instance_uuid
     , c.attached_host
     , c.connector_host
     , c.age_s
  FROM (SELECT a.id, a.volume_id, a.instance_uuid, a.attached_host
             , CONVERT(TRIM('"' FROM JSON_EXTRACT(a.connector, '$.host')) USING utf8) AS connector_host
             , TIMESTAMPDIFF(SECOND, COALESCE(a.updated_at, a.created_at), UTC_TIMESTAMP()) AS age_s
          FROM volume_attachment AS a
         WHERE a.connector LIKE '{%'
           AND a.attached_host IS NOT NULL
           AND a.attach_status = 'attached'
           AND a.deleted = 0) AS c
 WHERE BINARY c.connector_host <> BINARY c.attached_host
 ORDER BY c.id;
