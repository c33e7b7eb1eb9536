/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

const struct step_kind step_volume = { "volume", "volume", "volumes", { "host", "service_uuid", "cluster_name" }, &SQL_CINDER_VOLUME_MOVE, &SQL_CINDER_VOLUME_ROW };
const struct step_kind step_group = { "group", "group", "groups", { "host", "cluster_name" }, &SQL_CINDER_GROUP_MOVE, &SQL_CINDER_GROUP_ROW };
const struct step_kind step_consistencygroup = { "consistencygroup", "consistency group", "consistency groups", { "host", "cluster_name" },
	&SQL_CINDER_CONSISTENCYGROUP_MOVE, &SQL_CINDER_CONSISTENCYGROUP_ROW };
const struct step_kind step_cache_entry = { "image_volume_cache_entry", "image cache entry", "image cache entries", { "host", "cluster_name" },
	&SQL_CINDER_CACHE_ENTRY_MOVE, &SQL_CINDER_CACHE_ENTRY_ROW };
const struct step_kind step_worker = { "worker", "worker", "workers", { "service_id", "race_preventer" }, &SQL_CINDER_WORKER_MOVE, &SQL_CINDER_WORKER_ROW };
const struct step_kind step_backup = { "backup", "backup", "backups", { "host" }, &SQL_CINDER_BACKUP_MOVE, &SQL_CINDER_BACKUP_ROW };
const struct step_kind *const step_kind_of[OWNED_KINDS] = { &step_volume, &step_group, &step_consistencygroup, &step_cache_entry, &step_worker,
	&step_backup };
const struct step_kind step_cinder_service = { "service", "cinder service", "cinder services", { "disabled", "disabled_reason" },
	&SQL_CINDER_SERVICE_MARK, &SQL_CINDER_SERVICE_ROW };
const struct step_kind step_compute_service = { "compute_service", "nova service", "nova services",
	{ "disabled", "disabled_reason", "forced_down" }, &SQL_NOVA_SERVICE_MARK, &SQL_NOVA_SERVICE_ROW };
const struct step_kind step_migration = { "migration", "migration", "migrations", { "status" }, &SQL_NOVA_MIGRATION_SET_STATUS,
	&SQL_NOVA_MIGRATION_ROW };
const struct step_kind step_task_state = { "task_state", "task state", "task states", { "task_state", "host" },
	&SQL_NOVA_INSTANCE_SET_TASK_STATE, &SQL_NOVA_TASK_STATE_ROW };
const struct step_kind step_instance = { "instance", "instance", "instances", { "host", "vm_state", "task_state" }, NULL,
	&SQL_NOVA_INSTANCE_ROW };
const struct step_kind step_volume_service = { "volume_service", "volume", "volumes", { "service_uuid", "host" },
	&SQL_CINDER_VOLUME_SERVICE_SET, &SQL_CINDER_VOLUME_SERVICE_SET_READ };
const struct step_kind step_volume_cluster = { "volume_cluster", "volume", "volumes", { "cluster_name" },
	&SQL_CINDER_VOLUME_CLUSTER_SET, &SQL_CINDER_VOLUME_CLUSTER_SET_READ };
const struct step_kind step_group_cluster = { "group_cluster", "group", "groups", { "cluster_name" },
	&SQL_CINDER_GROUP_CLUSTER_SET, &SQL_CINDER_GROUP_CLUSTER_SET_READ };
const struct step_kind step_consistencygroup_cluster = { "consistencygroup_cluster", "consistency group", "consistency groups", { "cluster_name" },
	&SQL_CINDER_CONSISTENCYGROUP_CLUSTER_SET, &SQL_CINDER_CONSISTENCYGROUP_CLUSTER_SET_READ };
const struct step_kind step_cache_entry_cluster = { "cache_entry_cluster", "image cache entry", "image cache entries", { "cluster_name" },
	&SQL_CINDER_CACHE_ENTRY_CLUSTER_SET, &SQL_CINDER_CACHE_ENTRY_CLUSTER_SET_READ };
const struct step_kind step_volume_zone = { "volume_zone", "volume", "volumes", { "availability_zone" },
	&SQL_CINDER_VOLUME_ZONE_SET, &SQL_CINDER_VOLUME_ZONE_SET_READ };
const struct step_kind step_volume_status = { "volume_status", "volume", "volumes", { "status" },
	&SQL_CINDER_VOLUME_STATUS_SET, &SQL_CINDER_VOLUME_STATUS_SET_READ };
const struct step_kind step_snapshot_status = { "snapshot_status", "snapshot", "snapshots", { "status" },
	&SQL_CINDER_SNAPSHOT_STATUS_SET, &SQL_CINDER_SNAPSHOT_STATUS_SET_READ };
const struct step_kind step_backup_status = { "backup_status", "backup", "backups", { "status" },
	&SQL_CINDER_BACKUP_STATUS_SET, &SQL_CINDER_BACKUP_STATUS_SET_READ };
const struct step_kind step_service_removal = { "service_removal", "cinder service", "cinder services", { "deleted", "report_count" },
	&SQL_CINDER_SERVICE_REMOVE, &SQL_CINDER_SERVICE_REMOVE_READ };
const struct step_kind step_cluster_removal = { "cluster_removal", "cluster", "clusters", { "deleted" },
	&SQL_CINDER_CLUSTER_REMOVE, &SQL_CINDER_CLUSTER_REMOVE_READ };
const struct step_kind step_quota_usage = { "quota_usage", "usage", "usages", { "in_use", "reserved" },
	&SQL_CINDER_QUOTA_USAGE_SET, &SQL_CINDER_QUOTA_USAGE_SET_READ };
const struct step_kind step_quota_usage_removal = { "quota_usage_removal", "second usage", "second usages", { "deleted" },
	&SQL_CINDER_QUOTA_USAGE_REMOVE, &SQL_CINDER_QUOTA_USAGE_REMOVE_READ };
const struct step_kind step_quota_usage_removal_victoria = { "quota_usage_removal_victoria", "second usage", "second usages", { "deleted" },
	&SQL_CINDER_QUOTA_USAGE_REMOVE_VICTORIA, &SQL_CINDER_QUOTA_USAGE_REMOVE_READ };
const struct step_kind step_reservation = { "reservation", "reservation", "reservations", { "usage_id" },
	&SQL_CINDER_RESERVATION_REASSIGN, &SQL_CINDER_RESERVATION_REASSIGN_READ };
const struct step_kind step_volume_removal = { "volume_removal", "volume", "volumes", { "deleted", "status" },
	&SQL_CINDER_VOLUME_REMOVE, &SQL_CINDER_VOLUME_REMOVE_READ };
const struct step_kind step_volume_metadata_removal = { "volume_metadata_removal", "metadata row", "metadata rows", { "deleted" },
	&SQL_CINDER_VOLUME_METADATA_REMOVE, &SQL_CINDER_VOLUME_METADATA_REMOVE_READ };
const struct step_kind step_volume_admin_metadata_removal = { "volume_admin_metadata_removal", "metadata row", "metadata rows", { "deleted" },
	&SQL_CINDER_VOLUME_ADMIN_METADATA_REMOVE, &SQL_CINDER_VOLUME_ADMIN_METADATA_REMOVE_READ };
const struct step_kind step_volume_transfer_removal = { "volume_transfer_removal", "transfer", "transfers", { "deleted" },
	&SQL_CINDER_VOLUME_TRANSFER_REMOVE, &SQL_CINDER_VOLUME_TRANSFER_REMOVE_READ };
const struct step_kind step_volume_glance_metadata_removal = { "volume_glance_metadata_removal", "metadata row", "metadata rows", { "deleted" },
	&SQL_CINDER_VOLUME_GLANCE_METADATA_REMOVE, &SQL_CINDER_VOLUME_GLANCE_METADATA_REMOVE_READ };

const char *const state_name[STATE_COUNT] = { "planned", "applied", "proved", "failed", "unknown", "skipped" };
const char *const unit_kind_name[] = { "ownership", "mark", "close", "evacuation" };

static const struct step_kind *const kinds[] = {
	&step_volume, &step_group, &step_consistencygroup, &step_cache_entry, &step_worker, &step_backup, &step_cinder_service,
	&step_compute_service, &step_migration, &step_task_state, &step_instance, &step_volume_service, &step_volume_cluster,
	&step_group_cluster, &step_consistencygroup_cluster, &step_cache_entry_cluster, &step_volume_zone, &step_volume_status,
	&step_snapshot_status, &step_backup_status, &step_service_removal, &step_cluster_removal, &step_quota_usage,
	&step_quota_usage_removal, &step_quota_usage_removal_victoria, &step_reservation, &step_volume_removal,
	&step_volume_metadata_removal, &step_volume_admin_metadata_removal, &step_volume_glance_metadata_removal, &step_volume_transfer_removal,
};

const struct step_kind *step_kind_named(const char *name)
{
	for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

int unit_kind_named(const char *name)
{
	for (int k = 0; name && k < (int)(sizeof unit_kind_name / sizeof *unit_kind_name); k++)
		if (strcmp(unit_kind_name[k], name) == 0)
			return k;
	return -1;
}

bool unit_is_whole(const struct unit *unit)
{
	static const struct step_kind *const whole[] = { &step_migration, &step_task_state, &step_service_removal, &step_cluster_removal,
		&step_quota_usage, &step_quota_usage_removal, &step_quota_usage_removal_victoria, &step_reservation, &step_volume_removal,
		&step_volume_metadata_removal, &step_volume_admin_metadata_removal, &step_volume_glance_metadata_removal,
		&step_volume_transfer_removal };

	for (size_t i = 0; i < unit->nstep; i++)
		for (size_t k = 0; k < sizeof whole / sizeof *whole; k++)
			if (unit->step[i].kind == whole[k])
				return true;
	return false;
}

struct unit *plan_unit(struct plan *plan, enum unit_kind kind)
{
	plan->unit = vec_grow(plan->unit, plan->nunit, &plan->cap, sizeof *plan->unit);
	plan->unit[plan->nunit] = (struct unit){ .kind = kind };
	return &plan->unit[plan->nunit++];
}

struct step *unit_step(struct unit *unit, const struct step_kind *kind, const char *id, const char *name)
{
	unit->step = vec_grow(unit->step, unit->nstep, &unit->cap, sizeof *unit->step);
	unit->step[unit->nstep] = (struct step){ .kind = kind, .id = id, .name = name };
	return &unit->step[unit->nstep++];
}

size_t unit_count(const struct unit *unit, const struct step_kind *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < unit->nstep; i++)
		n += unit->step[i].kind == kind;
	return n;
}

void unit_say_moves(const struct unit *unit, const struct scene *scene, const char *verb, struct str *out)
{
	bool any = false;
	size_t n;

	for (int k = 0; k < OWNED_KINDS; k++) {
		if ((n = unit_count(unit, step_kind_of[k])) == 0)
			continue;
		str_addf(out, "%s %zu %s", any ? "," : verb, n, n == 1 ? step_kind_of[k]->one : step_kind_of[k]->plural);
		any = true;
	}
	for (size_t i = 0; i < scene->subject.nmove && any; i++)
		str_addf(out, "%s %s to %s", i ? "," : " from", scene->subject.move[i].from.text, scene->subject.move[i].to.text);
}

void unit_set_state(struct unit *unit, enum state state, const char *error)
{
	for (size_t i = 0; i < unit->nstep; i++) {
		unit->step[i].state = state;
		unit->step[i].error = error;
	}
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		free(plan->unit[i].step);
	free(plan->unit);
	arena_free(&plan->arena);
	*plan = (struct plan){ 0 };
}

size_t plan_steps(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].nstep;
	return n;
}

static const char *value_of(const struct step *step, const char *const *values, const char *column)
{
	for (size_t i = 0; step->kind->column[i]; i++)
		if (strcmp(step->kind->column[i], column) == 0)
			return values[i];
	return NULL;
}

const char *step_before(const struct step *step, const char *column)
{
	return value_of(step, step->before, column);
}

const char *step_after(const struct step *step, const char *column)
{
	return value_of(step, step->after, column);
}
