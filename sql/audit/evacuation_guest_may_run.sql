-- An evacuation failed on a compute after it had started the guest, or may have started it. Nova does not know that guest, as
-- the instance is on another host. When that host runs the instance too, or it is evacuated again, two guests write to the same
-- disks. Before Rocky an event has no host: then the nearest migration of the same minute names it.
-- :check N45 evacuation-guest-may-run
-- :severity high
-- :title guest that a failed evacuation may have left running
-- :database cell
-- :subject instance
-- :message instance {subject} is on {owner}; an evacuation of it failed on {host} at {failed_at}, and its guest may still run there
-- :remedy virsh -c qemu+ssh://root@{host}/system domstate {subject}; evac-manage instance show {subject}
-- :param stuck int
-- :reads instances instance_actions instance_actions_events migrations
SELECT i.uuid AS subject
     , i.host AS owner
     , COALESCE(CONVERT(e.host USING utf8mb4), (SELECT CONVERT(m.dest_compute USING utf8mb4)
                                                  FROM migrations AS m
                                                 WHERE m.instance_uuid = CONVERT(a.instance_uuid USING ascii)
                                                   AND m.deleted = 0
                                                   AND m.migration_type = 'evacuation'
                                                   AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
                                                  ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), m.id DESC
                                                  LIMIT 1)) AS host
     , e.details
     , COALESCE(e.finish_time, e.start_time) AS failed_at
  FROM instance_actions_events AS e     -- nova marks no event deleted (db/main/api.py: instance_destroy)
  JOIN instance_actions        AS a ON a.id = e.action_id     -- and no action deleted
  JOIN instances               AS i ON i.uuid = CONVERT(a.instance_uuid USING ascii)
 WHERE e.event = 'compute_rebuild_instance'
   AND (e.result <> 'Success' OR (e.result IS NULL AND e.start_time < UTC_TIMESTAMP() - INTERVAL @stuck SECOND))
   AND BINARY COALESCE(CONVERT(e.host USING utf8mb4), (SELECT CONVERT(m.dest_compute USING utf8mb4)
                                                         FROM migrations AS m
                                                        WHERE m.instance_uuid = CONVERT(a.instance_uuid USING ascii)
                                                          AND m.deleted = 0
                                                          AND m.migration_type = 'evacuation'
                                                          AND ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)) <= 60
                                                         ORDER BY ABS(TIMESTAMPDIFF(SECOND, a.start_time, m.created_at)), m.id DESC
                                                         LIMIT 1))
       <> BINARY i.host
   AND a.action = 'evacuate'
   AND i.deleted = 0
   AND (e.traceback IS NULL
        OR e.traceback REGEXP 'in _check_instance_exists|REBUILD_SPAWNING[]][)]|in stop_instance|in finish_evacuation'
        OR e.traceback NOT REGEXP 'nova/compute/claims[.]py|raise error[.]inner_exception|in (rebuild_claim|_validate_instance_group_policy|_check_trusted_certs|from_image_ref|generate_image_url|setup_networks_on_host|setup_instance_network_on_host|_get_instance_block_device_info|_get_bound_arq_resources|detach_block_devices|_prep_block_device|_create_image|_get_guest_xml|_create_domain_and_network|_create_guest_with_network)[[:space:]]|InvalidSharedStorage|task_states[.]REBUILDING[]][)]|in _rebuild_default_impl[[:space:]]+instance[.]save')
   AND NOT EXISTS (SELECT 1
                     FROM instance_actions        AS later
                     JOIN instance_actions_events AS done ON done.action_id = later.id
                    WHERE later.instance_uuid = CONVERT(i.uuid USING ascii)
                      AND later.action = 'evacuate'
                      AND done.event = 'compute_rebuild_instance'
                      AND done.result = 'Success'
                      AND done.id > e.id)
 ORDER BY e.id;
