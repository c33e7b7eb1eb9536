/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clusters.h"
#include "commands.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

static int find_cluster_to_remove(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_find_cinder(scene, err) != 0 || clusters_list(scene->world->cinder_db, &scene->cinder.clusters, err) != 0)
		return -1;
	scene->subject.cluster = clusters_find(scene, r->what.name, r->what.binary);
	if (!scene->subject.cluster)
		return clusters_unknown(scene, r->what.name, r->what.binary, err);
	return cluster_rows_find(scene->world->cinder_db, r->what.name, &scene->subject.cluster_rows, err);
}

static void plan_cluster_removal(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct cinder_service *s;
	struct step *step;

	(void)findings;
	for (s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++)
		if (scene->request->what.recursive && strcmp(s->binary, scene->subject.cluster->binary) == 0 &&
		    str_equal(s->cluster_name, scene->subject.cluster->name))
			plan_service_removal(plan, unit, s);
	step = unit_step(unit, STEP_CLUSTER_REMOVAL, arena_printf(&plan->arena, "%lld", (long long)scene->subject.cluster->id),
	    scene->subject.cluster->name);
	step->before[0] = "0";
	step->after[0] = "1";
	unit->sentence = arena_printf(&plan->arena, _("remove cluster %s and %zu of its services"),
	    scene->subject.cluster->name, unit->nstep - 1);
}

static const struct operation cluster_remove = {
	.name = "cluster remove",
	.needs = NEEDS_CINDER,
	.find = find_cluster_to_remove,
	.plan = plan_cluster_removal,
	.alone = true,
};

static enum error_kind run_cluster_remove(const struct request *request, struct error *err)
{
	return run_operation(&cluster_remove, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "recursive", .type = OPTION_FLAG, .offset = AT(what.recursive), .sentence = "also remove its services" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "BINARY", .type = OPTION_TEXT, .offset = AT(what.binary), .sentence = "cinder-volume" },
	{ .metavar = "CLUSTER", .type = OPTION_HOST, .offset = AT(what.name), .sentence = "the cluster's exact name, CLUSTER@BACKEND" },
	{ 0 }
};

const struct command command_cluster_remove = {
	.noun = "cluster", .verb = "remove",
	.sentence = "remove an unused cluster",
	.details = "Refuses a cluster that still has services (--recursive removes them too, if they are dead) or rows.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options, .arguments = arguments,
	.run = run_cluster_remove,
};
