/* made by sql/embed.awk from the .sql files; do not edit */
#include "sql_catalogue.h"

static const char sql_cinder_attachments_of_instance_text[] =
	"/* evac-manage cinder/attachments_of_instance */" "\n"
	"SELECT a.id" "\n"
	"     , a.volume_id" "\n"
	"     , a.attached_host" "\n"
	"     , a.attach_status" "\n"
	"  FROM volume_attachment AS a" "\n"
	" WHERE a.instance_uuid = ?" "\n"
	"   AND a.deleted = 0" "\n"
	" ORDER BY a.volume_id, a.id" "\n"
	;
static const char *const sql_cinder_attachments_of_instance_params[] = { "instance_uuid", NULL };
const struct sql SQL_CINDER_ATTACHMENTS_OF_INSTANCE = { "cinder/attachments_of_instance", sql_cinder_attachments_of_instance_text, sql_cinder_attachments_of_instance_params, 1, SQL_READS, "volume_attachment", "many", "The live attachments of an instance's volumes: after an evacuation all are on the new host and none on the old." };

static const char sql_cinder_backup_move_text[] =
	"/* evac-manage cinder/backup_move */" "\n"
	"UPDATE backups" "\n"
	"   SET host        = ?" "\n"
	"     , updated_at  = UTC_TIMESTAMP()" "\n"
	" WHERE id          = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND deleted     = 0" "\n"
	;
static const char *const sql_cinder_backup_move_params[] = { "new_host", "id", "old_host", NULL };
const struct sql SQL_CINDER_BACKUP_MOVE = { "cinder/backup_move", sql_cinder_backup_move_text, sql_cinder_backup_move_params, 3, SQL_WRITES, "backups", "1", "Point one backup at another cinder-backup host, if it still is where the plan saw it, byte for byte." };

static const char sql_cinder_backups_list_text[] =
	"/* evac-manage cinder/backups_list */" "\n"
	"SELECT b.id" "\n"
	"     , b.display_name AS name" "\n"
	"     , b.project_id" "\n"
	"     , b.status" "\n"
	"     , b.size         AS size_gb" "\n"
	"     , b.host" "\n"
	"     , b.volume_id" "\n"
	"  FROM backups AS b" "\n"
	" WHERE b.deleted = 0" "\n"
	" ORDER BY b.host, b.id" "\n"
	;
static const char *const sql_cinder_backups_list_params[] = { NULL };
const struct sql SQL_CINDER_BACKUPS_LIST = { "cinder/backups_list", sql_cinder_backups_list_text, sql_cinder_backups_list_params, 0, SQL_READS, "backups", "many", "Every backup, with its host." };

static const char sql_cinder_backups_on_host_text[] =
	"/* evac-manage cinder/backups_on_host */" "\n"
	"SELECT b.id" "\n"
	"     , b.display_name      AS name" "\n"
	"     , b.status" "\n"
	"     , b.host" "\n"
	"     , NULL                AS service" "\n"
	"     , NULL                AS cluster_name" "\n"
	"     , NULL                AS migration_status" "\n"
	"     , b.availability_zone AS zone" "\n"
	"  FROM backups AS b" "\n"
	" WHERE BINARY b.host = BINARY ?" "\n"
	"   AND b.deleted = 0" "\n"
	" ORDER BY b.id" "\n"
	;
static const char *const sql_cinder_backups_on_host_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_BACKUPS_ON_HOST = { "cinder/backups_on_host", sql_cinder_backups_on_host_text, sql_cinder_backups_on_host_params, 1, SQL_READS, "backups", "many", "Backups that one cinder-backup host made, byte for byte." };

static const char sql_cinder_cache_entries_on_backend_text[] =
	"/* evac-manage cinder/cache_entries_on_backend */" "\n"
	"SELECT c.id" "\n"
	"     , c.image_id AS name" "\n"
	"     , NULL       AS status" "\n"
	"     , c.host" "\n"
	"     , NULL       AS service" "\n"
	"     , c.cluster_name" "\n"
	"     , NULL       AS migration_status" "\n"
	"     , NULL       AS zone" "\n"
	"  FROM image_volume_cache_entries AS c" "\n"
	" WHERE BINARY SUBSTRING_INDEX(c.host, '#', 1) = BINARY ?" "\n"
	" ORDER BY c.id" "\n"
	;
static const char *const sql_cinder_cache_entries_on_backend_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_CACHE_ENTRIES_ON_BACKEND = { "cinder/cache_entries_on_backend", sql_cinder_cache_entries_on_backend_text, sql_cinder_cache_entries_on_backend_params, 1, SQL_READS, "image_volume_cache_entries", "many", "Image cache entries of one backend (host@backend): looked up by the host with its pool, so they travel with the cached volume." };

static const char sql_cinder_cache_entry_move_text[] =
	"/* evac-manage cinder/cache_entry_move */" "\n"
	"UPDATE image_volume_cache_entries" "\n"
	"   SET host        = ?" "\n"
	" WHERE id          = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND cluster_name IS NULL" "\n"
	;
static const char *const sql_cinder_cache_entry_move_params[] = { "new_host", "id", "old_host", NULL };
const struct sql SQL_CINDER_CACHE_ENTRY_MOVE = { "cinder/cache_entry_move", sql_cinder_cache_entry_move_text, sql_cinder_cache_entry_move_params, 3, SQL_WRITES, "image_volume_cache_entries", "1", "Point one image cache entry at another backend, if it still is where the plan saw it, byte for byte." };

static const char sql_cinder_consistencygroup_move_text[] =
	"/* evac-manage cinder/consistencygroup_move */" "\n"
	"UPDATE `consistencygroups`" "\n"
	"   SET host        = ?" "\n"
	"     , updated_at  = UTC_TIMESTAMP()" "\n"
	" WHERE id          = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND cluster_name IS NULL" "\n"
	"   AND deleted     = 0" "\n"
	;
static const char *const sql_cinder_consistencygroup_move_params[] = { "new_host", "id", "old_host", NULL };
const struct sql SQL_CINDER_CONSISTENCYGROUP_MOVE = { "cinder/consistencygroup_move", sql_cinder_consistencygroup_move_text, sql_cinder_consistencygroup_move_params, 3, SQL_WRITES, "consistencygroups", "1", "Point one row of consistencygroups at another backend, if it still is where the plan saw it, byte for byte." };

static const char sql_cinder_consistencygroups_on_backend_text[] =
	"/* evac-manage cinder/consistencygroups_on_backend */" "\n"
	"SELECT g.id" "\n"
	"     , g.name" "\n"
	"     , g.status" "\n"
	"     , g.host" "\n"
	"     , NULL                AS service" "\n"
	"     , g.cluster_name" "\n"
	"     , NULL                AS migration_status" "\n"
	"     , g.availability_zone AS zone" "\n"
	"  FROM `consistencygroups` AS g" "\n"
	" WHERE BINARY SUBSTRING_INDEX(g.host, '#', 1) = BINARY ?" "\n"
	"   AND g.deleted = 0" "\n"
	" ORDER BY g.id" "\n"
	;
static const char *const sql_cinder_consistencygroups_on_backend_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_CONSISTENCYGROUPS_ON_BACKEND = { "cinder/consistencygroups_on_backend", sql_cinder_consistencygroups_on_backend_text, sql_cinder_consistencygroups_on_backend_params, 1, SQL_READS, "consistencygroups", "many", "Consistency groups of one backend (host@backend): they travel with their members." };

static const char sql_cinder_group_move_text[] =
	"/* evac-manage cinder/group_move */" "\n"
	"UPDATE `groups`" "\n"
	"   SET host        = ?" "\n"
	"     , updated_at  = UTC_TIMESTAMP()" "\n"
	" WHERE id          = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND cluster_name IS NULL" "\n"
	"   AND deleted     = 0" "\n"
	;
static const char *const sql_cinder_group_move_params[] = { "new_host", "id", "old_host", NULL };
const struct sql SQL_CINDER_GROUP_MOVE = { "cinder/group_move", sql_cinder_group_move_text, sql_cinder_group_move_params, 3, SQL_WRITES, "groups", "1", "Point one row of groups at another backend, if it still is where the plan saw it, byte for byte." };

static const char sql_cinder_groups_on_backend_text[] =
	"/* evac-manage cinder/groups_on_backend */" "\n"
	"SELECT g.id" "\n"
	"     , g.name" "\n"
	"     , g.status" "\n"
	"     , g.host" "\n"
	"     , NULL                AS service" "\n"
	"     , g.cluster_name" "\n"
	"     , NULL                AS migration_status" "\n"
	"     , g.availability_zone AS zone" "\n"
	"  FROM `groups` AS g" "\n"
	" WHERE BINARY SUBSTRING_INDEX(g.host, '#', 1) = BINARY ?" "\n"
	"   AND g.deleted = 0" "\n"
	" ORDER BY g.id" "\n"
	;
static const char *const sql_cinder_groups_on_backend_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_GROUPS_ON_BACKEND = { "cinder/groups_on_backend", sql_cinder_groups_on_backend_text, sql_cinder_groups_on_backend_params, 1, SQL_READS, "groups", "many", "Volume groups of one backend (host@backend): they travel with their members." };

static const char sql_cinder_owners_list_text[] =
	"/* evac-manage cinder/owners_list */" "\n"
	"SELECT o.kind" "\n"
	"     , o.host" "\n"
	"     , o.n" "\n"
	"  FROM (SELECT 'volume' AS kind, BINARY v.host AS host, COUNT(*) AS n" "\n"
	"          FROM volumes AS v" "\n"
	"         WHERE v.host IS NOT NULL AND v.deleted = 0" "\n"
	"         GROUP BY BINARY v.host" "\n"
	"         UNION ALL" "\n"
	"        SELECT 'backup', BINARY b.host, COUNT(*)" "\n"
	"          FROM backups AS b" "\n"
	"         WHERE b.host IS NOT NULL AND b.deleted = 0" "\n"
	"         GROUP BY BINARY b.host) AS o" "\n"
	" ORDER BY o.kind, o.host" "\n"
	;
static const char *const sql_cinder_owners_list_params[] = { NULL };
const struct sql SQL_CINDER_OWNERS_LIST = { "cinder/owners_list", sql_cinder_owners_list_text, sql_cinder_owners_list_params, 0, SQL_READS, "volumes backups", "many", "Every owner that volumes and backups name, byte for byte, with how many rows name it." };

static const char sql_cinder_service_mark_text[] =
	"/* evac-manage cinder/service_mark */" "\n"
	"UPDATE services" "\n"
	"   SET disabled        = ?" "\n"
	"     , disabled_reason = ?" "\n"
	"     , modified_at     = UTC_TIMESTAMP()" "\n"
	" WHERE id              = ?" "\n"
	"   AND COALESCE(disabled, 0) = ?" "\n"
	"   AND BINARY disabled_reason <=> BINARY ?" "\n"
	"   AND deleted         = 0" "\n"
	;
static const char *const sql_cinder_service_mark_params[] = { "new_disabled", "new_disabled_reason", "id", "old_disabled", "old_disabled_reason", NULL };
const struct sql SQL_CINDER_SERVICE_MARK = { "cinder/service_mark", sql_cinder_service_mark_text, sql_cinder_service_mark_params, 5, SQL_WRITES, "services", "1", "Disable (or, backwards, enable) one cinder service so that the scheduler leaves it alone when it comes back. updated_at is the heartbeat and is not touched." };

static const char sql_cinder_services_list_text[] =
	"/* evac-manage cinder/services_list */" "\n"
	"SELECT s.id" "\n"
	"     , s.uuid" "\n"
	"     , s.host" "\n"
	"     , s.`binary`" "\n"
	"     , s.cluster_name" "\n"
	"     , s.availability_zone                                  AS zone" "\n"
	"     , COALESCE(s.disabled, 0)                              AS disabled" "\n"
	"     , s.disabled_reason" "\n"
	"     , COALESCE(s.frozen, 0)                                AS frozen" "\n"
	"     , s.report_count" "\n"
	"     , TIMESTAMPDIFF(SECOND, s.updated_at, UTC_TIMESTAMP()) AS heartbeat_age_s" "\n"
	"  FROM services AS s" "\n"
	" WHERE s.host IS NOT NULL" "\n"
	"   AND s.deleted = 0" "\n"
	" ORDER BY s.`binary`, s.host, s.id" "\n"
	;
static const char *const sql_cinder_services_list_params[] = { NULL };
const struct sql SQL_CINDER_SERVICES_LIST = { "cinder/services_list", sql_cinder_services_list_text, sql_cinder_services_list_params, 0, SQL_READS, "services", "many", "Every cinder service with the age of its heartbeat by the server's own clock; a negative age is a clock in the future." };

static const char sql_cinder_volume_move_text[] =
	"/* evac-manage cinder/volume_move */" "\n"
	"UPDATE volumes" "\n"
	"   SET host         = ?" "\n"
	"     , service_uuid = ?" "\n"
	"     , updated_at   = UTC_TIMESTAMP()" "\n"
	" WHERE id           = ?" "\n"
	"   AND BINARY host  = BINARY ?" "\n"
	"   AND service_uuid <=> ?" "\n"
	"   AND cluster_name IS NULL" "\n"
	"   AND deleted      = 0" "\n"
	;
static const char *const sql_cinder_volume_move_params[] = { "new_host", "new_service_uuid", "id", "old_host", "old_service_uuid", NULL };
const struct sql SQL_CINDER_VOLUME_MOVE = { "cinder/volume_move", sql_cinder_volume_move_text, sql_cinder_volume_move_params, 5, SQL_WRITES, "volumes", "1", "Point one volume at another backend, if it still is where the plan saw it, byte for byte." };

static const char sql_cinder_volume_owner_text[] =
	"/* evac-manage cinder/volume_owner */" "\n"
	"SELECT v.id" "\n"
	"     , v.host" "\n"
	"     , v.cluster_name" "\n"
	"     , v.status" "\n"
	"     , v.encryption_key_id" "\n"
	"  FROM volumes AS v" "\n"
	" WHERE v.id = ?" "\n"
	"   AND v.deleted = 0" "\n"
	" ORDER BY v.id" "\n"
	;
static const char *const sql_cinder_volume_owner_params[] = { "id", NULL };
const struct sql SQL_CINDER_VOLUME_OWNER = { "cinder/volume_owner", sql_cinder_volume_owner_text, sql_cinder_volume_owner_params, 1, SQL_READS, "volumes", "one", "Who owns one volume, and which live attachments it has for an instance." };

static const char sql_cinder_volumes_on_backend_text[] =
	"/* evac-manage cinder/volumes_on_backend */" "\n"
	"SELECT v.id" "\n"
	"     , v.display_name      AS name" "\n"
	"     , v.status" "\n"
	"     , v.host" "\n"
	"     , v.service_uuid      AS service" "\n"
	"     , v.cluster_name" "\n"
	"     , v.migration_status" "\n"
	"     , v.availability_zone AS zone" "\n"
	"  FROM volumes AS v" "\n"
	" WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = BINARY ?" "\n"
	"   AND v.deleted = 0" "\n"
	" ORDER BY v.id" "\n"
	;
static const char *const sql_cinder_volumes_on_backend_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_VOLUMES_ON_BACKEND = { "cinder/volumes_on_backend", sql_cinder_volumes_on_backend_text, sql_cinder_volumes_on_backend_params, 1, SQL_READS, "volumes", "many", "Volumes that live on one backend (host@backend), every pool, with what a move of theirs must know." };

static const char sql_cinder_volumes_on_node_text[] =
	"/* evac-manage cinder/volumes_on_node */" "\n"
	"SELECT v.id" "\n"
	"     , v.display_name      AS name" "\n"
	"     , v.project_id" "\n"
	"     , v.status" "\n"
	"     , v.attach_status" "\n"
	"     , v.size              AS size_gb" "\n"
	"     , v.host" "\n"
	"     , v.cluster_name" "\n"
	"     , v.service_uuid" "\n"
	"  FROM volumes AS v" "\n"
	" WHERE BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(v.host, '#', 1), '@', 1) = BINARY ?" "\n"
	"   AND v.deleted = 0" "\n"
	" ORDER BY v.host, v.id" "\n"
	;
static const char *const sql_cinder_volumes_on_node_params[] = { "node", NULL };
const struct sql SQL_CINDER_VOLUMES_ON_NODE = { "cinder/volumes_on_node", sql_cinder_volumes_on_node_text, sql_cinder_volumes_on_node_params, 1, SQL_READS, "volumes", "many", "Every volume of a node, whatever its backend and pool." };

static const char sql_cinder_worker_move_text[] =
	"/* evac-manage cinder/worker_move */" "\n"
	"UPDATE workers" "\n"
	"   SET service_id     = ?" "\n"
	"     , race_preventer = race_preventer + 1" "\n"
	"     , updated_at     = UTC_TIMESTAMP(6)" "\n"
	" WHERE id             = ?" "\n"
	"   AND service_id     = ?" "\n"
	;
static const char *const sql_cinder_worker_move_params[] = { "new_service_id", "id", "old_service_id", NULL };
const struct sql SQL_CINDER_WORKER_MOVE = { "cinder/worker_move", sql_cinder_worker_move_text, sql_cinder_worker_move_params, 3, SQL_WRITES, "workers", "1", "Give one piece of unfinished work to another service, as cinder's own Worker update does it (race_preventer counts up)." };

static const char sql_cinder_workers_on_backend_text[] =
	"/* evac-manage cinder/workers_on_backend */" "\n"
	"SELECT w.id" "\n"
	"     , w.resource_id  AS name" "\n"
	"     , w.status" "\n"
	"     , s.host" "\n"
	"     , w.service_id   AS service" "\n"
	"     , NULL           AS cluster_name" "\n"
	"     , NULL           AS migration_status" "\n"
	"     , NULL           AS zone" "\n"
	"  FROM workers AS w" "\n"
	"  JOIN services AS s ON s.id = w.service_id" "\n"
	" WHERE s.`binary` = 'cinder-volume'" "\n"
	"   AND BINARY s.host = BINARY ?" "\n"
	"   AND w.resource_type IN ('Volume', 'Snapshot')" "\n"
	" ORDER BY w.id" "\n"
	;
static const char *const sql_cinder_workers_on_backend_params[] = { "backend_host", NULL };
const struct sql SQL_CINDER_WORKERS_ON_BACKEND = { "cinder/workers_on_backend", sql_cinder_workers_on_backend_text, sql_cinder_workers_on_backend_params, 1, SQL_READS, "workers services", "many", "Work that a backend's cinder-volume has begun and not finished: its service cleans it up when it starts, so it travels with the volumes (else the old service would set moved volumes to error when it comes back)." };

static const char sql_nova_bdms_of_instance_text[] =
	"/* evac-manage nova/bdms_of_instance */" "\n"
	"SELECT b.instance_uuid" "\n"
	"     , b.volume_id" "\n"
	"     , b.attachment_id" "\n"
	"     , b.boot_index" "\n"
	"  FROM block_device_mapping AS b" "\n"
	" WHERE b.instance_uuid = ?" "\n"
	"   AND b.destination_type = 'volume'" "\n"
	"   AND b.volume_id IS NOT NULL" "\n"
	"   AND b.deleted = 0" "\n"
	" ORDER BY b.instance_uuid, b.id" "\n"
	;
static const char *const sql_nova_bdms_of_instance_params[] = { "uuid", NULL };
const struct sql SQL_NOVA_BDMS_OF_INSTANCE = { "nova/bdms_of_instance", sql_nova_bdms_of_instance_text, sql_nova_bdms_of_instance_params, 1, SQL_READS, "block_device_mapping", "many", "The volumes that one instance uses." };

static const char sql_nova_bdms_on_host_text[] =
	"/* evac-manage nova/bdms_on_host */" "\n"
	"SELECT b.instance_uuid" "\n"
	"     , b.volume_id" "\n"
	"     , b.attachment_id" "\n"
	"     , b.boot_index" "\n"
	"  FROM block_device_mapping AS b" "\n"
	"  JOIN instances AS i ON i.uuid = b.instance_uuid AND i.deleted = 0" "\n"
	" WHERE i.host = ?" "\n"
	"   AND BINARY i.host = BINARY ?" "\n"
	"   AND b.destination_type = 'volume'" "\n"
	"   AND b.volume_id IS NOT NULL" "\n"
	"   AND b.deleted = 0" "\n"
	" ORDER BY b.instance_uuid, b.id" "\n"
	;
static const char *const sql_nova_bdms_on_host_params[] = { "host", "host", NULL };
const struct sql SQL_NOVA_BDMS_ON_HOST = { "nova/bdms_on_host", sql_nova_bdms_on_host_text, sql_nova_bdms_on_host_params, 2, SQL_READS, "block_device_mapping instances", "many", "The volumes that the instances of one compute host use." };

static const char sql_nova_columns_list_text[] =
	"/* evac-manage nova/columns_list */" "\n"
	"SELECT c.table_name  AS table_name" "\n"
	"     , c.column_name AS column_name" "\n"
	"  FROM information_schema.columns AS c" "\n"
	" WHERE c.table_schema = DATABASE()" "\n"
	"   AND ((c.table_name = 'migrations' AND c.column_name IN ('cross_cell_move', 'user_id', 'project_id', 'dest_compute_id'))" "\n"
	"     OR (c.table_name = 'instances' AND c.column_name IN ('hidden', 'compute_id')))" "\n"
	" ORDER BY c.table_name, c.column_name" "\n"
	;
static const char *const sql_nova_columns_list_params[] = { NULL };
const struct sql SQL_NOVA_COLUMNS_LIST = { "nova/columns_list", sql_nova_columns_list_text, sql_nova_columns_list_params, 0, SQL_READS, "information_schema.columns", "many", "Which of the columns that came with a release this cell's tables have." };

static const char sql_nova_compute_nodes_list_text[] =
	"/* evac-manage nova/compute_nodes_list */" "\n"
	"SELECT c.id" "\n"
	"     , c.host" "\n"
	"     , c.hypervisor_hostname" "\n"
	"     , c.vcpus" "\n"
	"     , c.vcpus_used" "\n"
	"     , c.memory_mb" "\n"
	"     , c.memory_mb_used" "\n"
	"     , c.local_gb" "\n"
	"     , c.local_gb_used" "\n"
	"     , c.running_vms" "\n"
	"  FROM compute_nodes AS c" "\n"
	" WHERE c.host IS NOT NULL" "\n"
	"   AND c.deleted = 0" "\n"
	" ORDER BY c.host, c.hypervisor_hostname" "\n"
	;
static const char *const sql_nova_compute_nodes_list_params[] = { NULL };
const struct sql SQL_NOVA_COMPUTE_NODES_LIST = { "nova/compute_nodes_list", sql_nova_compute_nodes_list_text, sql_nova_compute_nodes_list_params, 0, SQL_READS, "compute_nodes", "many", "The compute nodes of a cell: what they have, what is used, and the name the scheduler knows them by." };

static const char sql_nova_evacuation_events_text[] =
	"/* evac-manage nova/evacuation_events */" "\n"
	"SELECT e.event" "\n"
	"     , e.result" "\n"
	"     , e.host" "\n"
	"     , e.details" "\n"
	"  FROM instance_actions        AS a" "\n"
	"  JOIN instance_actions_events AS e ON e.action_id = a.id" "\n"
	" WHERE a.instance_uuid = ?" "\n"
	"   AND a.request_id = ?" "\n"
	" ORDER BY e.id" "\n"
	;
static const char *const sql_nova_evacuation_events_params[] = { "instance_uuid", "request_id", NULL };
const struct sql SQL_NOVA_EVACUATION_EVENTS = { "nova/evacuation_events", sql_nova_evacuation_events_text, sql_nova_evacuation_events_params, 2, SQL_READS, "instance_actions instance_actions_events", "many", "What conductor and computes have recorded under one request: no event at all means that nobody took the message." };

static const char sql_nova_evacuation_state_text[] =
	"/* evac-manage nova/evacuation_state */" "\n"
	"SELECT i.uuid" "\n"
	"     , i.host" "\n"
	"     , i.node" "\n"
	"     , i.vm_state" "\n"
	"     , i.task_state" "\n"
	"     , m.status       AS migration_status" "\n"
	"     , m.dest_compute" "\n"
	"  FROM migrations AS m" "\n"
	"  JOIN instances  AS i ON i.uuid = m.instance_uuid" "\n"
	" WHERE m.uuid = ?" "\n"
	" ORDER BY m.id" "\n"
	;
static const char *const sql_nova_evacuation_state_params[] = { "migration_uuid", NULL };
const struct sql SQL_NOVA_EVACUATION_STATE = { "nova/evacuation_state", sql_nova_evacuation_state_text, sql_nova_evacuation_state_params, 1, SQL_READS, "instances migrations", "one", "How far one evacuation is: the instance beside its migration." };

static const char sql_nova_fault_latest_text[] =
	"/* evac-manage nova/fault_latest */" "\n"
	"SELECT f.code" "\n"
	"     , f.message" "\n"
	"     , f.host" "\n"
	"     , TIMESTAMPDIFF(SECOND, f.created_at, UTC_TIMESTAMP()) AS age_s" "\n"
	"  FROM instance_faults AS f" "\n"
	" WHERE f.instance_uuid = ?" "\n"
	"   AND f.deleted = 0" "\n"
	" ORDER BY f.id DESC" "\n"
	" LIMIT 1" "\n"
	;
static const char *const sql_nova_fault_latest_params[] = { "instance_uuid", NULL };
const struct sql SQL_NOVA_FAULT_LATEST = { "nova/fault_latest", sql_nova_fault_latest_text, sql_nova_fault_latest_params, 1, SQL_READS, "instance_faults", "one", "The newest fault of an instance." };

static const char sql_nova_instance_action_close_text[] =
	"/* evac-manage nova/instance_action_close */" "\n"
	"UPDATE instance_actions" "\n"
	"   SET message       = 'Error'" "\n"
	"     , finish_time   = UTC_TIMESTAMP()" "\n"
	"     , updated_at    = UTC_TIMESTAMP()" "\n"
	" WHERE instance_uuid = ?" "\n"
	"   AND request_id    = ?" "\n"
	"   AND deleted       = 0" "\n"
	;
static const char *const sql_nova_instance_action_close_params[] = { "instance_uuid", "request_id", NULL };
const struct sql SQL_NOVA_INSTANCE_ACTION_CLOSE = { "nova/instance_action_close", sql_nova_instance_action_close_text, sql_nova_instance_action_close_params, 2, SQL_WRITES, "instance_actions", "1", "Say in the instance's history that its evacuation was not sent." };

static const char sql_nova_instance_action_insert_text[] =
	"/* evac-manage nova/instance_action_insert */" "\n"
	"INSERT INTO instance_actions" "\n"
	"       (created_at, updated_at, deleted, action, instance_uuid, request_id, user_id, project_id, start_time)" "\n"
	"VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, 'evacuate', ?, ?, ?, ?, UTC_TIMESTAMP())" "\n"
	;
static const char *const sql_nova_instance_action_insert_params[] = { "instance_uuid", "request_id", "user_id", "project_id", NULL };
const struct sql SQL_NOVA_INSTANCE_ACTION_INSERT = { "nova/instance_action_insert", sql_nova_instance_action_insert_text, sql_nova_instance_action_insert_params, 4, SQL_WRITES, "instance_actions", "1", "The record that the conductor looks for before it does anything: same instance, same request id." };

static const char sql_nova_instance_begin_rebuild_text[] =
	"/* evac-manage nova/instance_begin_rebuild */" "\n"
	"UPDATE instances" "\n"
	"   SET task_state  = 'rebuilding'" "\n"
	"     , updated_at  = UTC_TIMESTAMP()" "\n"
	" WHERE uuid        = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND vm_state    = ?" "\n"
	"   AND task_state <=> ?" "\n"
	"   AND deleted     = 0" "\n"
	;
static const char *const sql_nova_instance_begin_rebuild_params[] = { "uuid", "host", "vm_state", "old_task_state", NULL };
const struct sql SQL_NOVA_INSTANCE_BEGIN_REBUILD = { "nova/instance_begin_rebuild", sql_nova_instance_begin_rebuild_text, sql_nova_instance_begin_rebuild_params, 4, SQL_WRITES, "instances", "1", "Claim one instance for an evacuation, if it still is as the plan saw it: what nova-api's evacuate does first." };

static const char sql_nova_instance_by_uuid_text[] =
	"/* evac-manage nova/instance_by_uuid */" "\n"
	"SELECT i.uuid" "\n"
	"     , i.id" "\n"
	"     , i.display_name AS name" "\n"
	"     , i.project_id" "\n"
	"     , i.host" "\n"
	"     , i.node" "\n"
	"     , i.vm_state" "\n"
	"     , i.task_state" "\n"
	"     , i.power_state" "\n"
	"     , i.vcpus" "\n"
	"     , i.memory_mb" "\n"
	"     , i.root_gb" "\n"
	"     , i.image_ref" "\n"
	"     , i.launched_at" "\n"
	"  FROM instances AS i" "\n"
	" WHERE i.uuid = ?" "\n"
	"   AND i.deleted = 0" "\n"
	" ORDER BY i.id" "\n"
	;
static const char *const sql_nova_instance_by_uuid_params[] = { "uuid", NULL };
const struct sql SQL_NOVA_INSTANCE_BY_UUID = { "nova/instance_by_uuid", sql_nova_instance_by_uuid_text, sql_nova_instance_by_uuid_params, 1, SQL_READS, "instances", "one", "One instance." };

static const char sql_nova_instance_end_rebuild_text[] =
	"/* evac-manage nova/instance_end_rebuild */" "\n"
	"UPDATE instances" "\n"
	"   SET task_state  = ?" "\n"
	"     , updated_at  = UTC_TIMESTAMP()" "\n"
	" WHERE uuid        = ?" "\n"
	"   AND BINARY host = BINARY ?" "\n"
	"   AND task_state  = 'rebuilding'" "\n"
	"   AND deleted     = 0" "\n"
	;
static const char *const sql_nova_instance_end_rebuild_params[] = { "old_task_state", "uuid", "host", NULL };
const struct sql SQL_NOVA_INSTANCE_END_REBUILD = { "nova/instance_end_rebuild", sql_nova_instance_end_rebuild_text, sql_nova_instance_end_rebuild_params, 3, SQL_WRITES, "instances", "1", "Give an instance that was claimed for an unsent evacuation its task state back." };

static const char sql_nova_instance_lock_text[] =
	"/* evac-manage nova/instance_lock */" "\n"
	"SELECT i.id" "\n"
	"     , i.user_id" "\n"
	"     , i.project_id" "\n"
	"     , i.image_ref" "\n"
	"     , i.kernel_id" "\n"
	"     , i.ramdisk_id" "\n"
	"     , i.hostname" "\n"
	"     , i.launch_index" "\n"
	"     , i.key_name" "\n"
	"     , i.key_data" "\n"
	"     , i.power_state" "\n"
	"     , i.vm_state" "\n"
	"     , i.task_state" "\n"
	"     , i.memory_mb" "\n"
	"     , i.vcpus" "\n"
	"     , i.root_gb" "\n"
	"     , i.ephemeral_gb" "\n"
	"     , i.ephemeral_key_uuid" "\n"
	"     , i.host" "\n"
	"     , i.node" "\n"
	"     , i.instance_type_id" "\n"
	"     , i.user_data" "\n"
	"     , i.reservation_id" "\n"
	"     , i.launched_at" "\n"
	"     , i.terminated_at" "\n"
	"     , i.availability_zone" "\n"
	"     , i.display_name" "\n"
	"     , i.display_description" "\n"
	"     , i.launched_on" "\n"
	"     , i.locked" "\n"
	"     , i.locked_by" "\n"
	"     , i.os_type" "\n"
	"     , i.architecture" "\n"
	"     , i.vm_mode" "\n"
	"     , i.uuid" "\n"
	"     , i.root_device_name" "\n"
	"     , i.default_ephemeral_device" "\n"
	"     , i.default_swap_device" "\n"
	"     , i.config_drive" "\n"
	"     , i.access_ip_v4" "\n"
	"     , i.access_ip_v6" "\n"
	"     , i.auto_disk_config" "\n"
	"     , i.progress" "\n"
	"     , i.shutdown_terminate" "\n"
	"     , i.disable_terminate" "\n"
	"     , i.cell_name" "\n"
	"     , i.cleaned" "\n"
	"     , i.created_at" "\n"
	"     , i.updated_at" "\n"
	"     , i.deleted_at" "\n"
	"     , i.deleted" "\n"
	"  FROM instances AS i" "\n"
	" WHERE i.uuid = ?" "\n"
	"   AND i.deleted = 0" "\n"
	" ORDER BY i.id" "\n"
	"   FOR UPDATE" "\n"
	;
static const char *const sql_nova_instance_lock_params[] = { "uuid", NULL };
const struct sql SQL_NOVA_INSTANCE_LOCK = { "nova/instance_lock", sql_nova_instance_lock_text, sql_nova_instance_lock_params, 1, SQL_READS, "instances", "one", "One instance with every plain column of nova's Instance object 2.3 (the fields that all releases since Queens have), locked until the transaction ends: what the evacuation's message says is what its transaction saw." };

static const char sql_nova_instances_by_name_text[] =
	"/* evac-manage nova/instances_by_name */" "\n"
	"SELECT i.uuid" "\n"
	"     , i.id" "\n"
	"     , i.display_name AS name" "\n"
	"     , i.project_id" "\n"
	"     , i.host" "\n"
	"     , i.node" "\n"
	"     , i.vm_state" "\n"
	"     , i.task_state" "\n"
	"     , i.power_state" "\n"
	"     , i.vcpus" "\n"
	"     , i.memory_mb" "\n"
	"     , i.root_gb" "\n"
	"     , i.image_ref" "\n"
	"     , i.launched_at" "\n"
	"  FROM instances AS i" "\n"
	" WHERE BINARY i.display_name = BINARY ?" "\n"
	"   AND i.deleted = 0" "\n"
	" ORDER BY i.id" "\n"
	;
static const char *const sql_nova_instances_by_name_params[] = { "name", NULL };
const struct sql SQL_NOVA_INSTANCES_BY_NAME = { "nova/instances_by_name", sql_nova_instances_by_name_text, sql_nova_instances_by_name_params, 1, SQL_READS, "instances", "many", "Instances of exactly this name; names are not unique." };

static const char sql_nova_instances_on_host_text[] =
	"/* evac-manage nova/instances_on_host */" "\n"
	"SELECT i.uuid" "\n"
	"     , i.id" "\n"
	"     , i.display_name AS name" "\n"
	"     , i.project_id" "\n"
	"     , i.host" "\n"
	"     , i.node" "\n"
	"     , i.vm_state" "\n"
	"     , i.task_state" "\n"
	"     , i.power_state" "\n"
	"     , i.vcpus" "\n"
	"     , i.memory_mb" "\n"
	"     , i.root_gb" "\n"
	"     , i.image_ref" "\n"
	"     , i.launched_at" "\n"
	"  FROM instances AS i" "\n"
	" WHERE i.host = ?" "\n"
	"   AND BINARY i.host = BINARY ?" "\n"
	"   AND i.deleted = 0" "\n"
	" ORDER BY i.id" "\n"
	;
static const char *const sql_nova_instances_on_host_params[] = { "host", "host", NULL };
const struct sql SQL_NOVA_INSTANCES_ON_HOST = { "nova/instances_on_host", sql_nova_instances_on_host_text, sql_nova_instances_on_host_params, 2, SQL_READS, "instances", "many", "Every instance of one compute host, byte for byte, oldest first." };

static const char sql_nova_migration_close_text[] =
	"/* evac-manage nova/migration_close */" "\n"
	"UPDATE migrations" "\n"
	"   SET status     = 'error'" "\n"
	"     , updated_at = UTC_TIMESTAMP()" "\n"
	" WHERE uuid       = ?" "\n"
	"   AND status     = 'accepted'" "\n"
	"   AND deleted    = 0" "\n"
	;
static const char *const sql_nova_migration_close_params[] = { "uuid", NULL };
const struct sql SQL_NOVA_MIGRATION_CLOSE = { "nova/migration_close", sql_nova_migration_close_text, sql_nova_migration_close_params, 1, SQL_WRITES, "migrations", "1", "Close an evacuation that was proved not to have been sent. 'error' is outside the states that make a returning host destroy its guests. Nobody else may have taken it: it still is 'accepted'." };

static const char sql_nova_migration_insert_text[] =
	"/* evac-manage nova/migration_insert */" "\n"
	"INSERT INTO migrations" "\n"
	"       (created_at, deleted, uuid, source_compute, source_node, dest_compute, instance_uuid, status, migration_type," "\n"
	"        hidden, cross_cell_move, user_id, project_id)" "\n"
	"VALUES (UTC_TIMESTAMP(), 0, ?, ?, ?, ?, ?, 'accepted', 'evacuation'," "\n"
	"        0, 0, ?, ?)" "\n"
	;
static const char *const sql_nova_migration_insert_params[] = { "uuid", "source_compute", "source_node", "dest_compute", "instance_uuid", "user_id", "project_id", NULL };
const struct sql SQL_NOVA_MIGRATION_INSERT = { "nova/migration_insert", sql_nova_migration_insert_text, sql_nova_migration_insert_params, 7, SQL_WRITES, "migrations", "1", "The evacuation's migration (nova 20 and later). Its uuid is unique in the cell: a second try of the same attempt fails here." };

static const char sql_nova_migration_insert_queens_text[] =
	"/* evac-manage nova/migration_insert_queens */" "\n"
	"INSERT INTO migrations" "\n"
	"       (created_at, deleted, uuid, source_compute, source_node, dest_compute, instance_uuid, status, migration_type, hidden)" "\n"
	"VALUES (UTC_TIMESTAMP(), 0, ?, ?, ?, ?, ?, 'accepted', 'evacuation', 0)" "\n"
	;
static const char *const sql_nova_migration_insert_queens_params[] = { "uuid", "source_compute", "source_node", "dest_compute", "instance_uuid", NULL };
const struct sql SQL_NOVA_MIGRATION_INSERT_QUEENS = { "nova/migration_insert_queens", sql_nova_migration_insert_queens_text, sql_nova_migration_insert_queens_params, 5, SQL_WRITES, "migrations", "1", "The evacuation's migration as Queens, Rocky and Stein have it (17 to 19): no cross_cell_move, user_id, project_id." };

static const char sql_nova_migrations_done_from_text[] =
	"/* evac-manage nova/migrations_done_from */" "\n"
	"SELECT m.id" "\n"
	"     , m.instance_uuid" "\n"
	"     , m.status" "\n"
	"  FROM migrations AS m" "\n"
	" WHERE BINARY m.source_compute = BINARY ?" "\n"
	"   AND m.migration_type = 'evacuation'" "\n"
	"   AND m.status IN ('accepted', 'pre-migrating', 'done')" "\n"
	"   AND m.deleted = 0" "\n"
	" ORDER BY m.id" "\n"
	;
static const char *const sql_nova_migrations_done_from_params[] = { "host", NULL };
const struct sql SQL_NOVA_MIGRATIONS_DONE_FROM = { "nova/migrations_done_from", sql_nova_migrations_done_from_text, sql_nova_migrations_done_from_params, 1, SQL_READS, "migrations", "many", "Evacuations away from a host that its nova-compute has not yet cleaned up after: what a returning host would destroy." };

static const char sql_nova_migrations_open_text[] =
	"/* evac-manage nova/migrations_open */" "\n"
	"SELECT m.id" "\n"
	"     , m.uuid" "\n"
	"     , m.instance_uuid" "\n"
	"     , m.status" "\n"
	"     , m.migration_type" "\n"
	"     , m.source_compute" "\n"
	"     , m.dest_compute" "\n"
	"     , TIMESTAMPDIFF(SECOND, m.created_at, UTC_TIMESTAMP()) AS age_s" "\n"
	"  FROM migrations AS m" "\n"
	"  JOIN instances AS i ON i.uuid = m.instance_uuid AND i.deleted = 0" "\n"
	" WHERE i.host = ?" "\n"
	"   AND BINARY i.host = BINARY ?" "\n"
	"   AND m.status IN ('accepted', 'queued', 'preparing', 'running', 'running (post-copy)', 'pre-migrating', 'migrating', 'post-migrating')" "\n"
	"   AND m.deleted = 0" "\n"
	" ORDER BY m.instance_uuid, m.id" "\n"
	;
static const char *const sql_nova_migrations_open_params[] = { "host", "host", NULL };
const struct sql SQL_NOVA_MIGRATIONS_OPEN = { "nova/migrations_open", sql_nova_migrations_open_text, sql_nova_migrations_open_params, 2, SQL_READS, "migrations", "many", "Migrations of any kind that somebody may still work on, of the instances of one host. The conductor takes the first 'accepted' one of an instance, whatever its type." };

static const char sql_nova_service_mark_text[] =
	"/* evac-manage nova/service_mark */" "\n"
	"UPDATE services" "\n"
	"   SET disabled        = ?" "\n"
	"     , disabled_reason = ?" "\n"
	"     , updated_at      = UTC_TIMESTAMP()" "\n"
	" WHERE id              = ?" "\n"
	"   AND COALESCE(disabled, 0) = ?" "\n"
	"   AND BINARY disabled_reason <=> BINARY ?" "\n"
	"   AND deleted         = 0" "\n"
	;
static const char *const sql_nova_service_mark_params[] = { "new_disabled", "new_disabled_reason", "id", "old_disabled", "old_disabled_reason", NULL };
const struct sql SQL_NOVA_SERVICE_MARK = { "nova/service_mark", sql_nova_service_mark_text, sql_nova_service_mark_params, 5, SQL_WRITES, "services", "1", "Disable (or, backwards, enable) one nova service. last_seen_up is the heartbeat and is not touched." };

static const char sql_nova_services_list_text[] =
	"/* evac-manage nova/services_list */" "\n"
	"SELECT s.id" "\n"
	"     , s.uuid" "\n"
	"     , s.host" "\n"
	"     , s.`binary`" "\n"
	"     , COALESCE(s.disabled, 0)    AS disabled" "\n"
	"     , s.disabled_reason" "\n"
	"     , COALESCE(s.forced_down, 0) AS forced_down" "\n"
	"     , COALESCE(s.version, 0)     AS version" "\n"
	"     , TIMESTAMPDIFF(SECOND, COALESCE(s.last_seen_up, s.created_at), UTC_TIMESTAMP()) AS heartbeat_age_s" "\n"
	"  FROM services AS s" "\n"
	" WHERE s.host IS NOT NULL" "\n"
	"   AND s.deleted = 0" "\n"
	" ORDER BY s.`binary`, s.host, s.id" "\n"
	;
static const char *const sql_nova_services_list_params[] = { NULL };
const struct sql SQL_NOVA_SERVICES_LIST = { "nova/services_list", sql_nova_services_list_text, sql_nova_services_list_params, 0, SQL_READS, "services", "many", "Every nova service of a cell with the age of its heartbeat by the server's own clock (last_seen_up, before the first one created_at; updated_at also moves when a service is disabled, so it is no heartbeat)." };

static const char sql_nova_api_cells_list_text[] =
	"/* evac-manage nova_api/cells_list */" "\n"
	"SELECT c.id" "\n"
	"     , c.uuid" "\n"
	"     , c.name" "\n"
	"     , c.transport_url" "\n"
	"     , c.database_connection" "\n"
	"  FROM cell_mappings AS c" "\n"
	" ORDER BY c.id" "\n"
	;
static const char *const sql_nova_api_cells_list_params[] = { NULL };
const struct sql SQL_NOVA_API_CELLS_LIST = { "nova_api/cells_list", sql_nova_api_cells_list_text, sql_nova_api_cells_list_params, 0, SQL_READS, "cell_mappings", "many", "The cells of this cloud. cell0 holds what was never placed and no computes. Both URLs hold passwords." };

static const char sql_nova_api_host_mappings_list_text[] =
	"/* evac-manage nova_api/host_mappings_list */" "\n"
	"SELECT h.host" "\n"
	"     , h.cell_id" "\n"
	"  FROM host_mappings AS h" "\n"
	" ORDER BY h.host" "\n"
	;
static const char *const sql_nova_api_host_mappings_list_params[] = { NULL };
const struct sql SQL_NOVA_API_HOST_MAPPINGS_LIST = { "nova_api/host_mappings_list", sql_nova_api_host_mappings_list_text, sql_nova_api_host_mappings_list_params, 0, SQL_READS, "host_mappings", "many", "Which cell each compute host is in." };

static const char sql_nova_api_instance_mapping_get_text[] =
	"/* evac-manage nova_api/instance_mapping_get */" "\n"
	"SELECT m.instance_uuid" "\n"
	"     , m.cell_id" "\n"
	"     , COALESCE(m.queued_for_delete, 0) AS queued_for_delete" "\n"
	"  FROM instance_mappings AS m" "\n"
	" WHERE m.instance_uuid = ?" "\n"
	" ORDER BY m.id" "\n"
	;
static const char *const sql_nova_api_instance_mapping_get_params[] = { "instance_uuid", NULL };
const struct sql SQL_NOVA_API_INSTANCE_MAPPING_GET = { "nova_api/instance_mapping_get", sql_nova_api_instance_mapping_get_text, sql_nova_api_instance_mapping_get_params, 1, SQL_READS, "instance_mappings", "one", "Which cell an instance is in. cell_id is NULL while it is being built; queued_for_delete: it is going away." };

static const char sql_nova_api_request_spec_get_text[] =
	"/* evac-manage nova_api/request_spec_get */" "\n"
	"SELECT r.id" "\n"
	"     , r.instance_uuid" "\n"
	"     , r.spec" "\n"
	"  FROM request_specs AS r" "\n"
	" WHERE r.instance_uuid = ?" "\n"
	" ORDER BY r.id" "\n"
	;
static const char *const sql_nova_api_request_spec_get_params[] = { "instance_uuid", NULL };
const struct sql SQL_NOVA_API_REQUEST_SPEC_GET = { "nova_api/request_spec_get", sql_nova_api_request_spec_get_text, sql_nova_api_request_spec_get_params, 1, SQL_READS, "request_specs", "one", "What the instance once asked the scheduler for: already the JSON of a nova object." };

static const char sql_session_begin_read_text[] =
	"/* evac-manage session/begin_read */" "\n"
	"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" "\n"
	;
static const char *const sql_session_begin_read_params[] = { NULL };
const struct sql SQL_SESSION_BEGIN_READ = { "session/begin_read", sql_session_begin_read_text, sql_session_begin_read_params, 0, SQL_SESSION, "", "many", "One consistent snapshot that can write nothing." };

static const char sql_session_begin_write_text[] =
	"/* evac-manage session/begin_write */" "\n"
	"START TRANSACTION READ WRITE" "\n"
	;
static const char *const sql_session_begin_write_params[] = { NULL };
const struct sql SQL_SESSION_BEGIN_WRITE = { "session/begin_write", sql_session_begin_write_text, sql_session_begin_write_params, 0, SQL_SESSION, "", "many", "A transaction that may write." };

static const char sql_session_connection_id_text[] =
	"/* evac-manage session/connection_id */" "\n"
	"SELECT CONNECTION_ID() AS connection_id" "\n"
	;
static const char *const sql_session_connection_id_params[] = { NULL };
const struct sql SQL_SESSION_CONNECTION_ID = { "session/connection_id", sql_session_connection_id_text, sql_session_connection_id_params, 0, SQL_READS, "variables", "one", "Still the same connection as when the transaction began? A proxy may have moved us." };

static const char sql_session_isolation_read_text[] =
	"/* evac-manage session/isolation_read */" "\n"
	"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ" "\n"
	;
static const char *const sql_session_isolation_read_params[] = { NULL };
const struct sql SQL_SESSION_ISOLATION_READ = { "session/isolation_read", sql_session_isolation_read_text, sql_session_isolation_read_params, 0, SQL_SESSION, "", "many", "For finding and proving: one snapshot." };

static const char sql_session_isolation_write_text[] =
	"/* evac-manage session/isolation_write */" "\n"
	"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED" "\n"
	;
static const char *const sql_session_isolation_write_params[] = { NULL };
const struct sql SQL_SESSION_ISOLATION_WRITE = { "session/isolation_write", sql_session_isolation_write_text, sql_session_isolation_write_params, 0, SQL_SESSION, "", "many", "For writing: no gap locks on other hosts' rows where volumes.host has no index." };

static const char sql_session_settings_text[] =
	"/* evac-manage session/settings */" "\n"
	"SET SESSION autocommit = 1" "\n"
	"  , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'" "\n"
	"  , time_zone = '+00:00'" "\n"
	"  , innodb_lock_wait_timeout = 10" "\n"
	;
static const char *const sql_session_settings_params[] = { NULL };
const struct sql SQL_SESSION_SETTINGS = { "session/settings", sql_session_settings_text, sql_session_settings_params, 0, SQL_SESSION, "", "many", "What a session must be, whatever the server's defaults: errors instead of cut values, UTC, a short wait for locks." };

static const char sql_session_settings_read_text[] =
	"/* evac-manage session/settings_read */" "\n"
	"SELECT @@session.sql_mode                 AS sql_mode" "\n"
	"     , @@session.time_zone                AS time_zone" "\n"
	"     , @@session.autocommit               AS autocommit" "\n"
	"     , @@session.innodb_lock_wait_timeout AS lock_wait_timeout_s" "\n"
	"     , CONNECTION_ID()                    AS connection_id" "\n"
	"     , @@hostname                         AS hostname" "\n"
	"     , @@port                             AS port" "\n"
	"     , @@server_id                        AS server_id" "\n"
	"     , @@version                          AS version" "\n"
	"     , @@global.read_only                 AS read_only" "\n"
	;
static const char *const sql_session_settings_read_params[] = { NULL };
const struct sql SQL_SESSION_SETTINGS_READ = { "session/settings_read", sql_session_settings_read_text, sql_session_settings_read_params, 0, SQL_READS, "variables", "one", "The settings read back (a proxy may swallow a SET), and who answers." };

static const char sql_session_wsrep_status_text[] =
	"/* evac-manage session/wsrep_status */" "\n"
	"SHOW GLOBAL STATUS" "\n"
	" WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_cluster_state_uuid')" "\n"
	;
static const char *const sql_session_wsrep_status_params[] = { NULL };
const struct sql SQL_SESSION_WSREP_STATUS = { "session/wsrep_status", sql_session_wsrep_status_text, sql_session_wsrep_status_params, 0, SQL_READS, "status", "many", "Galera's state; no rows where there is no Galera." };

static const char sql_session_wsrep_sync_text[] =
	"/* evac-manage session/wsrep_sync */" "\n"
	"SET SESSION wsrep_sync_wait = 15" "\n"
	;
static const char *const sql_session_wsrep_sync_params[] = { NULL };
const struct sql SQL_SESSION_WSREP_SYNC = { "session/wsrep_sync", sql_session_wsrep_sync_text, sql_session_wsrep_sync_params, 0, SQL_SESSION, "", "many", "On Galera: a read waits until what was committed before it, on any node, is there." };

static const char sql_session_wsrep_variables_text[] =
	"/* evac-manage session/wsrep_variables */" "\n"
	"SHOW GLOBAL VARIABLES" "\n"
	" WHERE Variable_name IN ('wsrep_on', 'wsrep_max_ws_rows', 'wsrep_max_ws_size', 'wsrep_desync', 'wsrep_dirty_reads', 'wsrep_node_name')" "\n"
	;
static const char *const sql_session_wsrep_variables_params[] = { NULL };
const struct sql SQL_SESSION_WSREP_VARIABLES = { "session/wsrep_variables", sql_session_wsrep_variables_text, sql_session_wsrep_variables_params, 0, SQL_READS, "variables", "many", "Galera's limits and settings; no rows where there is no Galera." };

const struct sql *const sql_catalogue[] = {
	&SQL_CINDER_ATTACHMENTS_OF_INSTANCE,
	&SQL_CINDER_BACKUP_MOVE,
	&SQL_CINDER_BACKUPS_LIST,
	&SQL_CINDER_BACKUPS_ON_HOST,
	&SQL_CINDER_CACHE_ENTRIES_ON_BACKEND,
	&SQL_CINDER_CACHE_ENTRY_MOVE,
	&SQL_CINDER_CONSISTENCYGROUP_MOVE,
	&SQL_CINDER_CONSISTENCYGROUPS_ON_BACKEND,
	&SQL_CINDER_GROUP_MOVE,
	&SQL_CINDER_GROUPS_ON_BACKEND,
	&SQL_CINDER_OWNERS_LIST,
	&SQL_CINDER_SERVICE_MARK,
	&SQL_CINDER_SERVICES_LIST,
	&SQL_CINDER_VOLUME_MOVE,
	&SQL_CINDER_VOLUME_OWNER,
	&SQL_CINDER_VOLUMES_ON_BACKEND,
	&SQL_CINDER_VOLUMES_ON_NODE,
	&SQL_CINDER_WORKER_MOVE,
	&SQL_CINDER_WORKERS_ON_BACKEND,
	&SQL_NOVA_BDMS_OF_INSTANCE,
	&SQL_NOVA_BDMS_ON_HOST,
	&SQL_NOVA_COLUMNS_LIST,
	&SQL_NOVA_COMPUTE_NODES_LIST,
	&SQL_NOVA_EVACUATION_EVENTS,
	&SQL_NOVA_EVACUATION_STATE,
	&SQL_NOVA_FAULT_LATEST,
	&SQL_NOVA_INSTANCE_ACTION_CLOSE,
	&SQL_NOVA_INSTANCE_ACTION_INSERT,
	&SQL_NOVA_INSTANCE_BEGIN_REBUILD,
	&SQL_NOVA_INSTANCE_BY_UUID,
	&SQL_NOVA_INSTANCE_END_REBUILD,
	&SQL_NOVA_INSTANCE_LOCK,
	&SQL_NOVA_INSTANCES_BY_NAME,
	&SQL_NOVA_INSTANCES_ON_HOST,
	&SQL_NOVA_MIGRATION_CLOSE,
	&SQL_NOVA_MIGRATION_INSERT,
	&SQL_NOVA_MIGRATION_INSERT_QUEENS,
	&SQL_NOVA_MIGRATIONS_DONE_FROM,
	&SQL_NOVA_MIGRATIONS_OPEN,
	&SQL_NOVA_SERVICE_MARK,
	&SQL_NOVA_SERVICES_LIST,
	&SQL_NOVA_API_CELLS_LIST,
	&SQL_NOVA_API_HOST_MAPPINGS_LIST,
	&SQL_NOVA_API_INSTANCE_MAPPING_GET,
	&SQL_NOVA_API_REQUEST_SPEC_GET,
	&SQL_SESSION_BEGIN_READ,
	&SQL_SESSION_BEGIN_WRITE,
	&SQL_SESSION_CONNECTION_ID,
	&SQL_SESSION_ISOLATION_READ,
	&SQL_SESSION_ISOLATION_WRITE,
	&SQL_SESSION_SETTINGS,
	&SQL_SESSION_SETTINGS_READ,
	&SQL_SESSION_WSREP_STATUS,
	&SQL_SESSION_WSREP_SYNC,
	&SQL_SESSION_WSREP_VARIABLES,
	NULL
};
