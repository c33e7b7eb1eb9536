/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "inventory_shown.h"
#include "owned.h"
#include "find/moves.h"
#include "run/list.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "id", NULL, false, COLUMN_UUID },
	{ "name", NULL, false, COLUMN_NAME },
	{ "project_id", NULL, true, COLUMN_UUID },
	{ "status", NULL, false, COLUMN_TEXT },
	{ "size_gb", NULL, false, COLUMN_NUMBER },
	{ "host", NULL, false, COLUMN_NAME },
	{ "volume_id", NULL, false, COLUMN_UUID },
};

static int add_backups(struct scene *scene, const char *host, struct table *table, struct error *err)
{
	struct db_walk *walk;
	const void *row;
	int rc = 0;

	if (backups_walk(scene->world->cinder_db, &walk, err) != 0)
		return -1;
	while (!table_has_failed(table) && (rc = db_walk_next(walk, &row, err)) == 1) {
		const struct backup *b = row;

		if (host && !str_equal(b->host, host))
			continue;
		table_add(table);
		table_members(table, struct backup, b, id, name, project_id, status, size_gb, host, volume_id);
	}
	db_walk_close(&walk);
	return table_has_failed(table) ? 0 : rc;
}

static int fill_backups(struct scene *scene, struct table *table, struct error *err)
{
	const char *host = scene->request->what.host;

	if (!host) {
		table_say_none(table, "No backups.");
		return add_backups(scene, NULL, table, err);
	}
	if (scene_find_cinder_near(scene, err) != 0 || scene_check_node(scene, host, err) != 0)
		return -1;
	owned_say_twins(scene, host, "backup");
	table_say_none(table, "No backups on '%s'.", host);
	return add_backups(scene, host, table, err);
}

static const struct listing backup_list = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill_backups };

static void fill_backups_saved(struct table *table, const struct inventory_picture *picture)
{
	if (picture->host)
		table_say_none(table, "No backups on '%s'.", picture->host);
	else
		table_say_none(table, "No backups.");
	for (size_t i = 0; i < picture->n; i++) {
		table_add(table);
		for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
			inventory_cell(table, columns[c].key, picture->record[i], columns[c].key);
	}
}

static const char *const inventory_kinds[] = { "backup", NULL };
static const struct from_inventory saved_backups = { FROM_INVENTORY(columns), .kinds = inventory_kinds,
	.fill = fill_backups_saved };

static enum error_kind run_backup_list(const struct request *request, struct error *err)
{
	if (request->inventory.file)
		return run_from_inventory(&saved_backups, request, err);
	return inventory_offer(run_listing(&backup_list, request, err),
	    request->what.host ? "backup list --host" : "backup list", request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST",
	  .sentence = "only the backups of this host; without: all hosts" },
	OPTION_INVENTORY,
	{ 0 }
};

const struct command command_backup_list = {
	.noun = "backup", .verb = "list",
	.sentence = "the backups of a host, or all",
	.config_file_is = "cinder",
	.options = options,
	.run = run_backup_list,
};
