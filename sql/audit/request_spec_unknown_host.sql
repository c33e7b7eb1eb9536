-- The request spec forces a host (force_hosts) that no longer has a nova-compute. Every later scheduling of the instance ends
-- in 'no valid host'.
-- :check N20 request-spec-unknown-host
-- :severity medium
-- :title request spec that forces a host that no longer exists
-- :database api
-- :subject instance
-- :rule absent
-- :with with_computes
-- :message the request spec of instance {subject} forces host {forced_host}, which has no nova-compute
-- :remedy UPDATE request_specs SET spec = JSON_SET(spec, '$."nova_object.data".force_hosts', NULL) WHERE instance_uuid = {subject}
-- :param from text
-- :param to text
-- :reads request_specs
SELECT HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) AS k
     , f.instance_uuid AS subject
     , f.forced_host AS host
     , f.forced_host
  FROM (SELECT r.instance_uuid
             , TRIM('"' FROM JSON_EXTRACT(r.spec, '$."nova_object.data".force_hosts[0]')) AS forced_host
          FROM request_specs AS r
         WHERE LOCATE(BINARY '"force_hosts": ["', r.spec) > 0
         LIMIT 18446744073709551615) AS f     -- the few that have one, before their JSON is read
 WHERE HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) >= @from
   AND HEX(LOWER(CONVERT(f.forced_host USING utf8mb4))) <= @to
 ORDER BY k, f.instance_uuid;
