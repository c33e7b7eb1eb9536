/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clusters.h"
#include "commands.h"
#include "find/words.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

/* All four tables that name a cluster; cinder-manage knows two of them. */

/* The name of a cache entry is its image's id. */
static const char *cluster_row_name(const struct cluster_row *row)
{
	return strcmp(row->kind, "image_volume_cache_entry") == 0 ? NULL : row->name;
}

static int check_cluster_words(const struct scene *scene, struct error *err)
{
	struct nameables known = { 0 }, gone = { 0 };
	int rc;

	for (size_t i = 0; i < scene->subject.cluster_rows.n; i++)
		nameables_add(&known, scene->subject.cluster_rows.v[i].id, cluster_row_name(&scene->subject.cluster_rows.v[i]));
	rc = request_check_cinder_words(scene->request, scene->world->cinder_db, &known, &gone,
	    "volume or group of the cluster", "evac-manage cluster list", err);
	nameables_free(&known);
	nameables_free(&gone);
	return rc;
}

static int find_cluster_rows(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_find_cinder(scene, err) != 0 || clusters_list(scene->world->cinder_db, &scene->cinder.clusters, err) != 0 ||
	    cluster_rows_find(scene->world->cinder_db, r->what.name, &scene->subject.cluster_rows, err) != 0)
		return -1;
	scene->subject.cluster = clusters_find(scene, r->what.new_name, "cinder-volume");
	if (scene->subject.cluster_rows.n == 0 && !clusters_find(scene, r->what.name, "cinder-volume"))
		return clusters_unknown(scene, r->what.name, NULL, err);
	return check_cluster_words(scene, err);
}

/* What follows the old name, backend and pool, stays; with --full-rename nothing does. */
static const char *renamed_cluster(struct plan *plan, const struct request *r, const char *name)
{
	return r->what.full_rename ? r->what.new_name :
				     arena_printf(&plan->arena, "%s%s", r->what.new_name, name + strlen(r->what.name));
}

static void plan_cluster_rename(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct cluster_rows *rows = &scene->subject.cluster_rows;
	int64_t left = scene->request->what.limit > 0 ? scene->request->what.limit : INT64_MAX;

	(void)findings;
	for (const struct cluster_row *row = rows->v; row < rows->v + rows->n; row++) {
		struct step *step;

		if (!request_wants(scene->request, row->id, cluster_row_name(row)) || left-- <= 0)
			continue;
		step = unit_step(unit, step_kind_for(DEED_RENAME, row->kind), row->id, row->name);
		step->before[0] = row->cluster_name;
		step->after[0] = renamed_cluster(plan, scene->request, row->cluster_name);
	}
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, _("move %zu row%s of cluster %s to %s"), unit->nstep,
		    unit->nstep == 1 ? "" : "s", scene->request->what.name, scene->request->what.new_name);
}

static const struct operation cluster_rename = {
	.name = "cluster rename",
	.needs = NEEDS_CINDER,
	.find = find_cluster_rows,
	.plan = plan_cluster_rename,
};

static enum error_kind run_cluster_rename(const struct request *request, struct error *err)
{
	return run_operation(&cluster_rename, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "full-rename", .type = OPTION_FLAG, .offset = AT(what.full_rename),
	  .sentence = "use only the new name: the backend and pool that followed the old name are dropped" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "CURRENT", .type = OPTION_HOST, .offset = AT(what.name), .sentence = "the name now: CLUSTER, CLUSTER@BACKEND or CLUSTER@BACKEND#POOL" },
	{ .metavar = "NEW", .type = OPTION_HOST, .offset = AT(what.new_name), .sentence = "the name that replaces CURRENT" },
	{ 0 }
};

const struct command command_cluster_rename = {
	.noun = "cluster", .verb = "rename",
	.sentence = "move a cluster's rows to another cluster",
	.details = "Volumes, groups, consistency groups and image cache entries, in one transaction.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options, .arguments = arguments,
	.run = run_cluster_rename,
};
