-- How many volumes name a service, by its index; more than five thousand are not counted.
-- :param service_uuid text
-- :reads volumes :rows one
SELECT COUNT(*) AS n
  FROM (SELECT v.id
          FROM volumes AS v
         WHERE v.service_uuid = @service_uuid
           AND v.deleted = 0
         LIMIT 5001) AS some;
