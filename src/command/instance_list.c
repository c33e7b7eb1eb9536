/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "inventory_shown.h"
#include "owned.h"
#include "run/list.h"

static const struct table_column columns[] = {
	{ "id", NULL, false, COLUMN_UUID },
	{ "name", NULL, false, COLUMN_NAME },
	{ "project_id", NULL, true, COLUMN_UUID },
	{ "host", NULL, true, COLUMN_NAME },
	{ "node", NULL, true, COLUMN_NAME },
	{ "vm_state", NULL, false, COLUMN_TEXT },
	{ "task_state", NULL, false, COLUMN_TEXT },
	{ "power_state", NULL, true, COLUMN_TEXT },
	{ "vcpus", NULL, false, COLUMN_NUMBER },
	{ "memory_mb", NULL, false, COLUMN_NUMBER },
	{ "boot", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "root_gb", NULL, false, COLUMN_NUMBER },
	{ "ephemeral_gb", NULL, false, COLUMN_NUMBER | COLUMN_SPARE },
	{ "swap_mb", NULL, false, COLUMN_NUMBER | COLUMN_SPARE },
	{ "cell", NULL, true, COLUMN_NAME },
};

static int fill_instances(struct scene *scene, struct table *table, struct error *err)
{
	struct needs *needs;

	if (scene_find_nova(scene, err) != 0 || scene_find_home(scene, scene->request->what.host, err) != 0 ||
	    instances_on_host(scene->nova.home->cell->db, scene->subject.host, &scene->subject.instances, err) != 0)
		return -1;
	owned_say_twins(scene, scene->subject.host, "instance");
	table_say_none(table, "No instances on '%s'.", scene->subject.host);
	needs = arena_alloc(&scene->arena, scene->subject.instances.n * sizeof *needs);
	if (needs_read(scene->nova.home->cell->db, &scene->nova.columns, scene->subject.instances.v, scene->subject.instances.n,
		&scene->arena, needs, NULL, err) != 0)
		return -1;
	for (const struct instance *i = scene->subject.instances.v; i < scene->subject.instances.v + scene->subject.instances.n;
	     i++, needs++) {
		table_add(table);
		table_text(table, "id", i->uuid);
		table_members(table, struct instance, i, name, project_id, host, node, vm_state, task_state, power_state, vcpus,
		    memory_mb, root_gb);
		table_text(table, "boot", instance_boots_from_volume(i) ? "volume" : "image");
		table_members(table, struct own_disks, &needs->disks, ephemeral_gb, swap_mb);
		table_text(table, "cell", scene->nova.home->cell->name);
	}
	return 0;
}

static const struct listing instance_list = { .needs = NEEDS_NOVA, LISTED(columns), .fill = fill_instances };

/* The records have the columns' names, the id apart. */
static void fill_instances_saved(struct table *table, const struct inventory_picture *picture)
{
	table_say_none(table, "No instances on '%s'.", picture->host);
	for (size_t i = 0; i < picture->n; i++) {
		table_add(table);
		inventory_cell(table, "id", picture->record[i], "uuid");
		for (size_t c = 1; c < sizeof columns / sizeof *columns; c++)
			inventory_cell(table, columns[c].key, picture->record[i], columns[c].key);
	}
}

static const char *const inventory_kinds[] = { "instance", NULL };
static const struct from_inventory saved_instances = { FROM_INVENTORY(columns), .kinds = inventory_kinds,
	.fill = fill_instances_saved };

static enum error_kind run_instance_list(const struct request *request, struct error *err)
{
	if (request->inventory.file)
		return run_from_inventory(&saved_instances, request, err);
	return inventory_offer(run_listing(&instance_list, request, err), "instance list --host", request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .required = true,
	  .sentence = "the compute host, exactly as nova names it" },
	OPTION_INVENTORY,
	{ 0 }
};

const struct command command_instance_list = {
	.noun = "instance", .verb = "list",
	.sentence = "the instances of a host",
	.details = "The host's name must match exactly; an unknown host is an error, not an empty list.\n\n"
		"Example:\n"
		"  evac-manage instance list --host ctl1 -c id -c name -c vm_state",
	.config_file_is = "nova",
	.options = options,
	.run = run_instance_list,
};
