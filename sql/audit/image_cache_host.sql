-- An image cache entry names another host than its volume. Cinder does not find the cached image: it downloads images again,
-- and never evicts old entries.
-- :check A25 image-cache-host
-- :severity medium
-- :title image cache entry on another host than its volume
-- :database cinder
-- :subject image-cache-entry
-- :message the cache entry of image {image_id} is on {host}, but its volume {volume_id} is on {volume_host}
-- :remedy UPDATE image_volume_cache_entries SET host = {volume_host} WHERE id = {subject}
-- :reads image_volume_cache_entries volumes
SELECT e.id AS subject
     , e.host AS host
     , e.image_id
     , e.volume_id
     , v.host AS volume_host
     , TIMESTAMPDIFF(SECOND, v.updated_at, UTC_TIMESTAMP()) AS age_s
  FROM image_volume_cache_entries AS e
  JOIN volumes AS v ON v.id = CONVERT(e.volume_id USING ascii) AND v.deleted = 0
 WHERE NOT (BINARY e.host <=> BINARY v.host)
 ORDER BY e.id;
