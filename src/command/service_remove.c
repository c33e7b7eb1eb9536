/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "find/moves.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

/* One row, by its binary and its exact host: cinder-manage takes the first backend of the node that it meets. */

static int unknown_service(const struct scene *scene, struct error *err)
{
	const struct cinder_services *all = &scene->cinder.services;
	const char **known = xcalloc(all->n, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].binary, scene->request->what.binary) == 0)
			known[n++] = all->v[i].host;
	if (n > 0)
		scene_unknown("service of this binary on host", scene->request->what.host, known, n, "evac-manage service list",
		    err);
	else {
		for (size_t i = 0; i < all->n; i++)
			known[n++] = all->v[i].binary;
		scene_unknown("binary", scene->request->what.binary, known, n, "evac-manage service list", err);
	}
	free(known);
	return -1;
}

/* Of several rows of one name the one that reported longest ago: the other may be alive. */
static const struct cinder_service *stalest(const struct scene *scene)
{
	const struct cinder_service *found = NULL, *s;

	for (s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++)
		if (strcmp(s->binary, scene->request->what.binary) == 0 && strcmp(s->host, scene->request->what.host) == 0 &&
		    (!found || !s->heartbeat_age_s.set ||
			(found->heartbeat_age_s.set && s->heartbeat_age_s.v > found->heartbeat_age_s.v)))
			found = s;
	return found;
}

static int find_service_to_remove(struct scene *scene, struct error *err)
{
	if (scene_find_cinder(scene, err) != 0)
		return -1;
	scene->subject.service = stalest(scene);
	if (!scene->subject.service)
		return unknown_service(scene, err);
	return service_references_find(scene->world->cinder_db, scene->subject.service, &scene->subject.references, err);
}

static void plan_stalest_removal(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);

	(void)findings;
	plan_service_removal(plan, unit, scene->subject.service);
	unit->sentence = arena_printf(&plan->arena, _("remove service %lld, %s on %s"), (long long)scene->subject.service->id,
	    scene->subject.service->binary, scene->subject.service->host);
}

static const struct operation service_remove = {
	.name = "service remove",
	.needs = NEEDS_CINDER,
	.find = find_service_to_remove,
	.plan = plan_stalest_removal,
	.alone = true,
};

static enum error_kind run_service_remove(const struct request *request, struct error *err)
{
	return run_operation(&service_remove, request, err);
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "BINARY", .type = OPTION_TEXT, .offset = AT(what.binary), .sentence = "cinder-volume, cinder-backup or cinder-scheduler" },
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "the service's exact host; HOST@BACKEND for cinder-volume" },
	{ 0 }
};

const struct command command_service_remove = {
	.noun = "service", .verb = "remove",
	.sentence = "remove the row of a dead cinder service",
	.details = "Refuses a service that still reports: its row would come back with a new uuid at the next heartbeat. Names the rows that "
		"still refer to it.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.arguments = arguments,
	.run = run_service_remove,
};
