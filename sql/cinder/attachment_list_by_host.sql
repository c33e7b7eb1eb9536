-- The live attachments that a host holds: its instances' volumes, and what was left behind by instances that went.
-- Attachments have no index of hosts: the ids are found in a pass that reads nothing else
-- (a LIMIT that cuts nothing keeps the server from joining the two).
-- :param host text
-- :reads volume_attachment :rows many
SELECT a.id
     , a.volume_id
     , a.attached_host
     , a.attach_status
  FROM (SELECT n.id
          FROM volume_attachment AS n
         WHERE n.attached_host = @host   -- in the collation: quicker in passing
           AND BINARY n.attached_host = BINARY @host
           AND n.deleted = 0
         LIMIT 18446744073709551615) AS its
  STRAIGHT_JOIN volume_attachment AS a ON a.id = its.id AND a.deleted = 0
 ORDER BY a.attach_status, a.id;
