/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "run/run.h"
#include "util/str.h"

/* ---- rename: all four tables that name a cluster; cinder-manage knows two of them */

static int unknown_cluster(const struct scene *scene, const char *name, const char *binary, struct error *err)
{
	const char **known = xcalloc(scene->cinder.clusters.n, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < scene->cinder.clusters.n; i++)
		if (!binary || strcmp(scene->cinder.clusters.v[i].binary, binary) == 0)
			known[n++] = scene->cinder.clusters.v[i].name;
	scene_unknown("cluster", name, known, n, "evac-manage cluster list", err);
	free(known);
	return -1;
}

static const struct cluster *find_cluster(const struct scene *scene, const char *name, const char *binary)
{
	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++)
		if (strcmp(c->name, name) == 0 && strcmp(c->binary, binary) == 0)
			return c;
	return NULL;
}

/* The name of a cache entry is its image's id. */
static const char *name_of(const struct cluster_row *row)
{
	return strcmp(row->kind, "image_volume_cache_entry") == 0 ? NULL : row->name;
}

static int check_words(const struct scene *scene, struct error *err)
{
	struct nameables known = { 0 };
	int rc;

	for (size_t i = 0; i < scene->subject.cluster_rows.n; i++)
		nameables_add(&known, scene->subject.cluster_rows.v[i].id, name_of(&scene->subject.cluster_rows.v[i]));
	rc = request_check_words(scene->request, &known, NULL, "volume or group of the cluster", "evac-manage cluster list", err);
	nameables_free(&known);
	return rc;
}

static int find_for_rename(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_find_cinder(scene, err) != 0 || clusters_list(scene->world->cinder_db, &scene->cinder.clusters, err) != 0 ||
	    cluster_rows_find(scene->world->cinder_db, r->what.name, &scene->subject.cluster_rows, err) != 0)
		return -1;
	scene->subject.cluster = find_cluster(scene, r->what.new_name, "cinder-volume");
	if (scene->subject.cluster_rows.n == 0 && !find_cluster(scene, r->what.name, "cinder-volume"))
		return unknown_cluster(scene, r->what.name, NULL, err);
	return check_words(scene, err);
}

static const struct step_kind *kind_of(const char *kind)
{
	static const struct {
		const char *kind;
		const struct step_kind *step;
	} all[] = {
		{ "volume", &step_volume_cluster },
		{ "group", &step_group_cluster },
		{ "consistencygroup", &step_consistencygroup_cluster },
		{ "image_volume_cache_entry", &step_cache_entry_cluster },
	};
	size_t i = 0;

	while (strcmp(all[i].kind, kind) != 0)
		i++;
	return all[i].step;
}

/* What follows the old name, backend and pool, stays; with --full-rename nothing does. */
static const char *new_cluster(struct plan *plan, const struct request *r, const char *name)
{
	return r->what.full_rename ? r->what.new_name : arena_printf(&plan->arena, "%s%s", r->what.new_name, name + strlen(r->what.name));
}

static void plan_rename(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct cluster_rows *rows = &scene->subject.cluster_rows;
	int64_t left = scene->request->what.limit > 0 ? scene->request->what.limit : INT64_MAX;

	(void)findings;
	for (const struct cluster_row *row = rows->v; row < rows->v + rows->n; row++) {
		struct step *step;

		if (!request_wants(scene->request, row->id, name_of(row)) || left-- <= 0)
			continue;
		step = unit_step(unit, kind_of(row->kind), row->id, row->name);
		step->before[0] = row->cluster_name;
		step->after[0] = new_cluster(plan, scene->request, row->cluster_name);
	}
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, "give %zu row%s of cluster %s to %s", unit->nstep,
		    unit->nstep == 1 ? "" : "s", scene->request->what.name, scene->request->what.new_name);
}

static const struct operation cluster_rename = {
	.name = "cluster rename",
	.needs = NEEDS_CINDER,
	.find = find_for_rename,
	.plan = plan_rename,
};

enum error_kind op_cluster_rename(const struct request *request, struct error *err)
{
	return op_run(&cluster_rename, request, err);
}

/* ---- remove */

static int find_for_removal(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_find_cinder(scene, err) != 0 || clusters_list(scene->world->cinder_db, &scene->cinder.clusters, err) != 0)
		return -1;
	scene->subject.cluster = find_cluster(scene, r->what.name, r->what.binary);
	if (!scene->subject.cluster)
		return unknown_cluster(scene, r->what.name, r->what.binary, err);
	return cluster_rows_find(scene->world->cinder_db, r->what.name, &scene->subject.cluster_rows, err);
}

static void plan_removal(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct cinder_service *s;
	struct step *step;

	(void)findings;
	for (s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++)
		if (scene->request->what.recursive && strcmp(s->binary, scene->subject.cluster->binary) == 0 &&
		    str_equal(s->cluster_name, scene->subject.cluster->name))
			plan_service_removal(plan, unit, s);
	step = unit_step(unit, &step_cluster_removal, arena_printf(&plan->arena, "%lld", (long long)scene->subject.cluster->id),
	    scene->subject.cluster->name);
	step->before[0] = "0";
	step->after[0] = "1";
	unit->sentence = arena_printf(&plan->arena, "remove cluster %s and %zu of its services", scene->subject.cluster->name, unit->nstep - 1);
}

static const struct operation cluster_remove = {
	.name = "cluster remove",
	.needs = NEEDS_CINDER,
	.find = find_for_removal,
	.plan = plan_removal,
	.alone = true,
};

enum error_kind op_cluster_remove(const struct request *request, struct error *err)
{
	return op_run(&cluster_remove, request, err);
}
