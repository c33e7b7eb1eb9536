/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "run/list.h"
#include "find/scene.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

/* The listings of volumes, backups and instances: what one host owns, by exact name. An unknown host is an error, as an empty
 * answer to a mistyped name is what one hopes for. */

static const struct table_column volume_columns[] = {
	{ "id", NULL, false, false },
	{ "name", NULL, false, false },
	{ "project_id", NULL, true, false },
	{ "status", NULL, false, false },
	{ "attach_status", NULL, false, false },
	{ "size_gb", "Size GB", false, true },
	{ "host", NULL, false, false },
	{ "backend", NULL, true, false },
	{ "pool", NULL, true, false },
	{ "cluster_name", NULL, true, false },
	{ "service_uuid", NULL, true, false },
};
static const struct table_column backup_columns[] = {
	{ "id", NULL, false, false },
	{ "name", NULL, false, false },
	{ "project_id", NULL, true, false },
	{ "status", NULL, false, false },
	{ "size_gb", "Size GB", false, true },
	{ "host", NULL, false, false },
	{ "volume_id", NULL, false, false },
};
static const struct table_column instance_columns[] = {
	{ "id", NULL, false, false },
	{ "name", NULL, false, false },
	{ "project_id", NULL, true, false },
	{ "host", NULL, true, false },
	{ "node", NULL, true, false },
	{ "vm_state", NULL, false, false },
	{ "task_state", NULL, false, false },
	{ "power_state", NULL, true, false },
	{ "vcpus", "VCPUs", false, true },
	{ "memory_mb", "Memory MB", false, true },
	{ "boot", NULL, false, false },
	{ "root_gb", "Root GB", false, true },
	{ "ephemeral_gb", "Ephemeral GB", false, true },
	{ "swap_mb", "Swap MB", false, true },
	{ "cell", NULL, true, false },
};

static void add_maybe(struct table *table, const char *key, struct maybe_int number)
{
	if (number.set)
		table_int(table, key, number.v);
}

static bool is_asked(const struct host_name *asked, const struct host_name *owner)
{
	if (asked->backend[0] && strcmp(asked->backend_host, owner->backend_host) != 0)
		return false;
	return !asked->pool[0] || strcmp(asked->pool, owner->pool) == 0;
}

/* Whoever asks for the FQDN of what cinder knows by its short name gets an empty answer. */
static void say_twins(struct scene *scene, const char *node, const char *noun)
{
	struct host_twins twins;

	scene_find_twins(scene, node, &scene->arena, &twins);
	for (const struct host_twin *t = twins.v; t < twins.v + twins.n; t++)
		log_warn("'%s' is another host to us, and the same up to the first dot: evac-manage %s list --host %s", t->name, noun, t->name);
}

static int fill_volumes(struct scene *scene, struct table *table, struct error *err)
{
	struct host_name asked, owner;
	struct volumes volumes;

	if (!host_name_parse(scene->request->what.host, &asked))
		return error_set(err, ERROR_USAGE, "--host '%s' is not a host", scene->request->what.host);
	if (scene_find_cinder(scene, err) != 0 || scene_check_owner(scene, &asked, err) != 0 ||
	    volumes_on_node(scene->world->cinder_db, asked.node, &volumes, err) != 0)
		return -1;
	say_twins(scene, asked.node, "volume");
	for (const struct volume *v = volumes.v; v < volumes.v + volumes.n; v++) {
		if (!host_name_parse(v->host, &owner) || !is_asked(&asked, &owner))
			continue;
		table_add(table);
		table_text(table, "id", v->id);
		table_text(table, "name", v->name);
		table_text(table, "project_id", v->project_id);
		table_text(table, "status", v->status);
		table_text(table, "attach_status", v->attach_status);
		add_maybe(table, "size_gb", v->size_gb);
		table_text(table, "host", v->host);
		table_text(table, "backend", owner.backend[0] ? owner.backend : NULL);
		table_text(table, "pool", owner.pool[0] ? owner.pool : NULL);
		table_text(table, "cluster_name", v->cluster_name);
		table_text(table, "service_uuid", v->service_uuid);
	}
	volumes_free(&volumes);
	return 0;
}

static int fill_backups(struct scene *scene, struct table *table, struct error *err)
{
	const char *host = scene->request->what.host;
	struct backups backups;

	if (scene_find_cinder(scene, err) != 0 || (host && scene_check_node(scene, host, err) != 0) ||
	    backups_list(scene->world->cinder_db, &backups, err) != 0)
		return -1;
	if (host)
		say_twins(scene, host, "backup");
	for (const struct backup *b = backups.v; b < backups.v + backups.n; b++) {
		if (host && !str_equal(b->host, host))
			continue;
		table_add(table);
		table_text(table, "id", b->id);
		table_text(table, "name", b->name);
		table_text(table, "project_id", b->project_id);
		table_text(table, "status", b->status);
		add_maybe(table, "size_gb", b->size_gb);
		table_text(table, "host", b->host);
		table_text(table, "volume_id", b->volume_id);
	}
	backups_free(&backups);
	return 0;
}

static int fill_instances(struct scene *scene, struct table *table, struct error *err)
{
	struct needs needs;

	if (scene_find_nova(scene, err) != 0 || scene_find_home(scene, scene->request->what.host, err) != 0 ||
	    instances_on_host(scene->nova.home->cell->db, scene->subject.host, &scene->subject.instances, err) != 0)
		return -1;
	say_twins(scene, scene->subject.host, "instance");
	for (const struct instance *i = scene->subject.instances.v; i < scene->subject.instances.v + scene->subject.instances.n; i++) {
		if (needs_read(scene->nova.home->cell->db, &scene->nova.columns, i, &scene->arena, &needs, err) != 0)
			return -1;
		table_add(table);
		table_text(table, "id", i->uuid);
		table_text(table, "name", i->name);
		table_text(table, "project_id", i->project_id);
		table_text(table, "host", i->host);
		table_text(table, "node", i->node);
		table_text(table, "vm_state", i->vm_state);
		table_text(table, "task_state", i->task_state);
		add_maybe(table, "power_state", i->power_state);
		add_maybe(table, "vcpus", i->vcpus);
		add_maybe(table, "memory_mb", i->memory_mb);
		table_text(table, "boot", instance_boots_from_volume(i) ? "volume" : "image");
		add_maybe(table, "root_gb", i->root_gb);
		table_int(table, "ephemeral_gb", needs.disks.ephemeral_gb);
		table_int(table, "swap_mb", needs.disks.swap_mb);
		table_text(table, "cell", scene->nova.home->cell->name);
	}
	return 0;
}

static const struct listing volume_list = { .needs = NEEDS_CINDER, LISTED(volume_columns), .fill = fill_volumes };

enum error_kind op_volume_list(const struct request *request, struct error *err)
{
	return op_list(&volume_list, request, err);
}

static const struct listing backup_list = { .needs = NEEDS_CINDER, LISTED(backup_columns), .fill = fill_backups };

enum error_kind op_backup_list(const struct request *request, struct error *err)
{
	return op_list(&backup_list, request, err);
}

static const struct listing instance_list = { .needs = NEEDS_NOVA, LISTED(instance_columns), .fill = fill_instances };

enum error_kind op_instance_list(const struct request *request, struct error *err)
{
	return op_list(&instance_list, request, err);
}
