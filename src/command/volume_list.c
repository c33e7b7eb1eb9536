/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
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

static int fill_volumes(struct scene *scene, struct table *table, struct error *err)
{
	struct host_name asked, owner;
	struct volumes volumes;

	if (!host_name_parse(scene->request->what.host, &asked))
		return error_set(err, ERROR_USAGE, "--host '%s' is not a host", scene->request->what.host);
	if (scene_find_cinder(scene, err) != 0 || scene_check_owner(scene, &asked, err) != 0 ||
	    volumes_on_node(scene->world->cinder_db, asked.node, &volumes, err) != 0)
		return -1;
	owned_say_twins(scene, asked.node, "volume");
	table_say_none(table, "No volumes on '%s'.", scene->request->what.host);
	for (const struct volume *v = volumes.v; v < volumes.v + volumes.n; v++) {
		if (!host_name_parse(v->host, &owner) || !is_of_host_name(&asked, &owner))
			continue;
		table_add(table);
		table_members(table, struct volume, v, id, name, project_id, status, attach_status, size_gb, host, cluster_name,
		    service_uuid);
		table_text(table, "backend", owner.backend[0] ? owner.backend : NULL);
		table_text(table, "pool", owner.pool[0] ? owner.pool : NULL);
	}
	volumes_free(&volumes);
	return 0;
}

static const struct listing volume_list = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill_volumes };

static enum error_kind run_volume_list(const struct request *request, struct error *err)
{
	return run_listing(&volume_list, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST[@BACKEND[#POOL]]", .required = true,
	  .sentence = "a host with all its backends, one backend with all its pools, or one pool" },
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
