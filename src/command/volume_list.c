/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "find/moves.h"
#include "find/services.h"
#include "inventory_shown.h"
#include "owned.h"
#include "run/list.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "id", NULL, false, COLUMN_UUID },
	{ "name", NULL, false, COLUMN_NAME },
	{ "project_id", NULL, true, COLUMN_UUID },
	{ "status", NULL, false, COLUMN_TEXT },
	{ "attach_status", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "size_gb", NULL, false, COLUMN_NUMBER },
	{ "host", NULL, false, COLUMN_NAME },
	{ "backend", NULL, true, COLUMN_NAME },
	{ "pool", NULL, true, COLUMN_NAME },
	{ "cluster_name", NULL, true, COLUMN_NAME },
	{ "service_uuid", NULL, true, COLUMN_UUID },
};

static bool is_of_host_name(const struct host_name *asked, const struct host_name *owner)
{
	if (asked->backend[0] && strcmp(asked->backend_host, owner->backend_host) != 0)
		return false;
	return !asked->pool[0] || strcmp(asked->pool, owner->pool) == 0;
}

static void add_listed_volume(struct table *table, const struct volume *v, const struct host_name *owner)
{
	table_add(table);
	table_members(table, struct volume, v, id, name, project_id, status, attach_status, size_gb, host);
	table_text(table, "backend", owner->backend[0] ? owner->backend : NULL);
	table_text(table, "pool", owner->pool[0] ? owner->pool : NULL);
	table_members(table, struct volume, v, cluster_name, service_uuid);
}

/* As they come; those of a twin only make it known. */
static int add_volumes(struct scene *scene, const struct host_name *asked, struct table *table, struct error *err)
{
	const char *name = scene->request->what.host;
	struct db_walk *walk;
	struct host_name owner;
	const void *row;
	int rc = 0;

	if (volumes_walk(scene->world->cinder_db, &scene->cinder.services, asked->node, &walk, err) != 0)
		return -1;
	table_say_none(table, "No volumes on '%s'.", name);
	while (!table_has_failed(table) && (rc = db_walk_next(walk, &row, err)) == 1) {
		const struct volume *v = row;

		if (!host_name_parse(v->host, &owner))
			continue;
		if (strcmp(owner.node, asked->node) != 0)
			owners_add(&scene->cinder.owners, "volume", v->host);
		else if (is_of_host_name(asked, &owner))
			add_listed_volume(table, v, &owner);
	}
	db_walk_close(&walk);
	return table_has_failed(table) ? 0 : rc;
}

static int fill_volumes(struct scene *scene, struct table *table, struct error *err)
{
	struct db *db = scene->world->cinder_db;
	struct host_name asked;

	if (!host_name_parse(scene->request->what.host, &asked))
		return error_set(err, ERROR_USAGE, "--host '%s' is not a host", scene->request->what.host);
	if (scene_find_cinder_services(scene, err) != 0 || backup_owners_list(db, &scene->cinder.owners, err) != 0 ||
	    add_volumes(scene, &asked, table, err) != 0)
		return -1;
	if (table->nrow == 0) { /* what owns something exists; of another name all owners are asked */
		owners_free(&scene->cinder.owners);
		if (owners_list(db, &scene->cinder.owners, err) != 0 || scene_check_owner(scene, &asked, err) != 0)
			return -1;
	}
	owned_say_twins(scene, asked.node, "volume");
	return 0;
}

static const struct listing volume_list = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill_volumes };

static void fill_volumes_saved(struct table *table, const struct inventory_picture *picture)
{
	struct host_name owner;

	table_say_none(table, "No volumes on '%s'.", picture->host);
	for (size_t i = 0; i < picture->n; i++) {
		table_add(table);
		for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
			inventory_cell(table, columns[c].key, picture->record[i], columns[c].key);
		if (!host_name_parse(get_text(picture->record[i], "host"), &owner))
			continue;
		table_text(table, "backend", owner.backend[0] ? owner.backend : NULL);
		table_text(table, "pool", owner.pool[0] ? owner.pool : NULL);
	}
}

static const char *const inventory_kinds[] = { "volume", NULL };
static const struct from_inventory saved_volumes = { FROM_INVENTORY(columns), .kinds = inventory_kinds,
	.fill = fill_volumes_saved };

static enum error_kind run_volume_list(const struct request *request, struct error *err)
{
	if (request->inventory.file)
		return run_from_inventory(&saved_volumes, request, err);
	return inventory_offer(run_listing(&volume_list, request, err), "volume list --host", request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST[@BACKEND[#POOL]]", .required = true,
	  .sentence = "a host with all its backends, one backend with all its pools, or one pool" },
	OPTION_INVENTORY,
	{ 0 }
};

const struct command command_volume_list = {
	.noun = "volume", .verb = "list",
	.sentence = "the volumes of a host, a backend or a pool",
	.details = "The host's name must match exactly, in every pool; an unknown host is an error, not an empty list.\n\n"
		"Example:\n"
		"  evac-manage volume list --host ctl1@rbd -f json",
	.config_file_is = "cinder",
	.options = options,
	.run = run_volume_list,
};
