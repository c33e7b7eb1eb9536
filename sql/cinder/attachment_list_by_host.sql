-- The live attachments that a host holds: its instances' volumes, and what was left behind by instances that went.
-- :param host text
-- :reads volume_attachment :rows many
SELECT a.id
     , a.volume_id
     , a.attached_host
     , a.attach_status
  FROM volume_attachment AS a
 WHERE a.attached_host = @host   -- in the collation: quicker in passing
   AND BINARY a.attached_host = BINARY @host
   AND a.deleted = 0
 ORDER BY a.attach_status, a.id;
