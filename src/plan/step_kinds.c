/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/step_kind.h"

#include <assert.h>
#include <string.h>

#include "sql_catalogue.h"

/* clang-format off */
const struct step_kind step_kinds[STEP_KINDS] = {
	[STEP_VOLUME] = { "volume", "volume", "volumes", { "host", "service_uuid", "cluster_name" },
		&SQL_CINDER_VOLUME_MOVE, &SQL_CINDER_VOLUME_GET_OWNER, &SQL_CINDER_VOLUME_MOVE_MANY,
		&SQL_CINDER_VOLUME_GET_OWNER_MANY, .deed = DEED_MOVE, .owner = OWNER_POOL, .counted = true },
	[STEP_GROUP] = { "group", "group", "groups", { "host", "cluster_name" },
		&SQL_CINDER_GROUP_MOVE, &SQL_CINDER_GROUP_GET_OWNER, .deed = DEED_MOVE, .owner = OWNER_POOL },
	[STEP_CONSISTENCYGROUP] = { "consistencygroup", "consistency group", "consistency groups", { "host", "cluster_name" },
		&SQL_CINDER_CONSISTENCYGROUP_MOVE, &SQL_CINDER_CONSISTENCYGROUP_GET_OWNER, .deed = DEED_MOVE,
		.owner = OWNER_POOL },
	[STEP_CACHE_ENTRY] = { "image_volume_cache_entry", "image cache entry", "image cache entries",
		{ "host", "cluster_name" }, &SQL_CINDER_CACHE_ENTRY_MOVE, &SQL_CINDER_CACHE_ENTRY_GET_OWNER,
		.deed = DEED_MOVE, .owner = OWNER_POOL },
	[STEP_WORKER] = { "worker", "worker", "workers", { "service_id", "race_preventer" },
		&SQL_CINDER_WORKER_MOVE, &SQL_CINDER_WORKER_GET_OWNER, .deed = DEED_MOVE, .owner = OWNER_SERVICE },
	[STEP_BACKUP] = { "backup", "backup", "backups", { "host" },
		&SQL_CINDER_BACKUP_MOVE, &SQL_CINDER_BACKUP_GET_OWNER, &SQL_CINDER_BACKUP_MOVE_MANY,
		&SQL_CINDER_BACKUP_GET_OWNER_MANY, .deed = DEED_MOVE, .owner = OWNER_HOST, .counted = true },
	[STEP_CINDER_SERVICE] = { "service", "cinder service", "cinder services", { "disabled", "disabled_reason" },
		&SQL_CINDER_SERVICE_SET_DISABLED, &SQL_CINDER_SERVICE_GET_DISABLED, .deed = DEED_MARK },
	[STEP_COMPUTE_SERVICE] = { "compute_service", "nova service", "nova services",
		{ "disabled", "disabled_reason", "forced_down" }, &SQL_NOVA_SERVICE_SET_DISABLED,
		&SQL_NOVA_SERVICE_GET_DISABLED, .deed = DEED_MARK },
	[STEP_MIGRATION] = { "migration", "migration", "migrations", { "status" },
		&SQL_NOVA_MIGRATION_SET_STATUS, &SQL_NOVA_MIGRATION_GET_STATUS, .deed = DEED_CLOSE, .whole = true },
	[STEP_TASK_STATE] = { "task_state", "task state", "task states", { "task_state", "host" },
		&SQL_NOVA_INSTANCE_SET_TASK_STATE, &SQL_NOVA_INSTANCE_GET_TASK_STATE, .deed = DEED_CLOSE, .whole = true },
	[STEP_INSTANCE] = { "instance", "instance", "instances", { "host", "vm_state", "task_state" },
		NULL, &SQL_NOVA_INSTANCE_GET_HOST, .deed = DEED_EVACUATE },
	[STEP_VOLUME_SERVICE] = { "volume_service", "volume", "volumes", { "service_uuid", "host" },
		&SQL_CINDER_VOLUME_SET_SERVICE, &SQL_CINDER_VOLUME_GET_SERVICE, .deed = DEED_CORRECT },
	[STEP_VOLUME_CLUSTER] = { "volume_cluster", "volume", "volumes", { "cluster_name" },
		&SQL_CINDER_VOLUME_SET_CLUSTER, &SQL_CINDER_VOLUME_GET_CLUSTER, .deed = DEED_RENAME, .of = "volume" },
	[STEP_GROUP_CLUSTER] = { "group_cluster", "group", "groups", { "cluster_name" },
		&SQL_CINDER_GROUP_SET_CLUSTER, &SQL_CINDER_GROUP_GET_CLUSTER, .deed = DEED_RENAME, .of = "group" },
	[STEP_CONSISTENCYGROUP_CLUSTER] = { "consistencygroup_cluster", "consistency group", "consistency groups",
		{ "cluster_name" }, &SQL_CINDER_CONSISTENCYGROUP_SET_CLUSTER, &SQL_CINDER_CONSISTENCYGROUP_GET_CLUSTER,
		.deed = DEED_RENAME, .of = "consistencygroup" },
	[STEP_CACHE_ENTRY_CLUSTER] = { "cache_entry_cluster", "image cache entry", "image cache entries", { "cluster_name" },
		&SQL_CINDER_CACHE_ENTRY_SET_CLUSTER, &SQL_CINDER_CACHE_ENTRY_GET_CLUSTER, .deed = DEED_RENAME,
		.of = "image_volume_cache_entry" },
	[STEP_VOLUME_ZONE] = { "volume_zone", "volume", "volumes", { "availability_zone" },
		&SQL_CINDER_VOLUME_SET_ZONE, &SQL_CINDER_VOLUME_GET_ZONE, .deed = DEED_CORRECT },
	[STEP_VOLUME_STATUS] = { "volume_status", "volume", "volumes", { "status" },
		&SQL_CINDER_VOLUME_SET_STATUS, &SQL_CINDER_VOLUME_GET_STATUS, .deed = DEED_SETTLE, .of = "volume" },
	[STEP_SNAPSHOT_STATUS] = { "snapshot_status", "snapshot", "snapshots", { "status" },
		&SQL_CINDER_SNAPSHOT_SET_STATUS, &SQL_CINDER_SNAPSHOT_GET_STATUS, .deed = DEED_SETTLE, .of = "snapshot" },
	[STEP_BACKUP_STATUS] = { "backup_status", "backup", "backups", { "status" },
		&SQL_CINDER_BACKUP_SET_STATUS, &SQL_CINDER_BACKUP_GET_STATUS, .deed = DEED_SETTLE, .of = "backup" },
	[STEP_SERVICE_REMOVAL] = { "service_removal", "cinder service", "cinder services", { "deleted", "report_count" },
		&SQL_CINDER_SERVICE_REMOVE, &SQL_CINDER_SERVICE_GET_DELETED, .deed = DEED_REMOVE, .whole = true },
	[STEP_CLUSTER_REMOVAL] = { "cluster_removal", "cluster", "clusters", { "deleted" },
		&SQL_CINDER_CLUSTER_REMOVE, &SQL_CINDER_CLUSTER_GET_DELETED, .deed = DEED_REMOVE, .whole = true },
	[STEP_QUOTA_USAGE] = { "quota_usage", "usage", "usages", { "in_use", "reserved" },
		&SQL_CINDER_QUOTA_USAGE_SET, &SQL_CINDER_QUOTA_USAGE_GET, .deed = DEED_CORRECT, .whole = true },
	[STEP_QUOTA_USAGE_REMOVAL] = { "quota_usage_removal", "second usage", "second usages", { "deleted" },
		&SQL_CINDER_QUOTA_USAGE_REMOVE, &SQL_CINDER_QUOTA_USAGE_GET_DELETED, .deed = DEED_REMOVE, .whole = true },
	[STEP_QUOTA_USAGE_REMOVAL_VICTORIA] = { "quota_usage_removal_victoria", "second usage", "second usages",
		{ "deleted" }, &SQL_CINDER_QUOTA_USAGE_REMOVE_VICTORIA, &SQL_CINDER_QUOTA_USAGE_GET_DELETED,
		.deed = DEED_REMOVE, .whole = true },
	[STEP_RESERVATION] = { "reservation", "reservation", "reservations", { "usage_id" },
		&SQL_CINDER_RESERVATION_SET_USAGE, &SQL_CINDER_RESERVATION_GET_USAGE, .deed = DEED_CORRECT, .whole = true },
	[STEP_VOLUME_REMOVAL] = { "volume_removal", "volume", "volumes", { "deleted", "status" },
		&SQL_CINDER_VOLUME_REMOVE, &SQL_CINDER_VOLUME_GET_DELETED, .deed = DEED_REMOVE, .whole = true },
	[STEP_VOLUME_METADATA_REMOVAL] = { "volume_metadata_removal", "metadata row", "metadata rows", { "deleted" },
		&SQL_CINDER_VOLUME_METADATA_REMOVE, &SQL_CINDER_VOLUME_METADATA_GET_DELETED, .deed = DEED_REMOVE,
		.of = "volume_metadata", .whole = true },
	[STEP_VOLUME_ADMIN_METADATA_REMOVAL] = { "volume_admin_metadata_removal", "metadata row", "metadata rows",
		{ "deleted" }, &SQL_CINDER_VOLUME_ADMIN_METADATA_REMOVE, &SQL_CINDER_VOLUME_ADMIN_METADATA_GET_DELETED,
		.deed = DEED_REMOVE, .of = "volume_admin_metadata", .whole = true },
	[STEP_VOLUME_GLANCE_METADATA_REMOVAL] = { "volume_glance_metadata_removal", "metadata row", "metadata rows",
		{ "deleted" }, &SQL_CINDER_VOLUME_GLANCE_METADATA_REMOVE, &SQL_CINDER_VOLUME_GLANCE_METADATA_GET_DELETED,
		.deed = DEED_REMOVE, .of = "volume_glance_metadata", .whole = true },
	[STEP_VOLUME_TRANSFER_REMOVAL] = { "volume_transfer_removal", "transfer", "transfers", { "deleted" },
		&SQL_CINDER_VOLUME_TRANSFER_REMOVE, &SQL_CINDER_VOLUME_TRANSFER_GET_DELETED, .deed = DEED_REMOVE,
		.of = "transfer", .whole = true },
	[STEP_POWER] = { "power", "host", "hosts", { "power" }, NULL, NULL, .deed = DEED_POWER },
	[STEP_RESERVE] = { "reserve", "reserved host", "reserved hosts", { "disabled", "disabled_reason", "forced_down" },
		&SQL_NOVA_SERVICE_SET_DISABLED, &SQL_NOVA_SERVICE_GET_DISABLED, .deed = DEED_RESERVE },
	[STEP_RELEASE] = { "release", "reserved host", "reserved hosts", { "disabled", "disabled_reason", "forced_down" },
		&SQL_NOVA_SERVICE_SET_DISABLED, &SQL_NOVA_SERVICE_GET_DISABLED, .deed = DEED_RESERVE },
	[STEP_CLIENT] = { "client", "client", "clients", { "blocklist", "cluster" }, NULL, NULL, .deed = DEED_FENCE },
};
_Static_assert((int)STEP_VOLUME == (int)OWNED_VOLUME && (int)STEP_BACKUP == (int)OWNED_BACKUP, "what is owned comes first, in its order");
/* clang-format on */

const struct step_kind *step_kind_named(const char *name)
{
	for (const struct step_kind *kind = step_kinds; name && kind < step_kinds + STEP_KINDS; kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

enum step_kind_id step_kind_for(enum step_deed deed, const char *of)
{
	const struct step_kind *kind = step_kinds;

	while (kind->deed != deed || !kind->of || strcmp(kind->of, of) != 0) {
		kind++;
		assert(kind < step_kinds + STEP_KINDS);
	}
	return step_kind_id(kind);
}

size_t step_kind_column(const struct step_kind *kind, const char *name)
{
	size_t i = 0;

	while (kind->column[i] && strcmp(kind->column[i], name) != 0)
		i++;
	return i;
}
