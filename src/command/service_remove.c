/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "run/run.h"
#include "util/str.h"

/* One row, by its binary and its exact host: cinder-manage takes the first backend of the node that it meets. */

static int not_found(const struct scene *scene, struct error *err)
{
	const struct cinder_services *all = &scene->cinder.services;
	const char **known = xcalloc(all->n, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].binary, scene->request->what.binary) == 0)
			known[n++] = all->v[i].host;
	if (n > 0)
		scene_unknown("service of this binary on host", scene->request->what.host, known, n, "evac-manage service list", err);
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
		    (!found || !s->heartbeat_age_s.set || (found->heartbeat_age_s.set && s->heartbeat_age_s.v > found->heartbeat_age_s.v)))
			found = s;
	return found;
}

static int find(struct scene *scene, struct error *err)
{
	if (scene_find_cinder(scene, err) != 0)
		return -1;
	scene->subject.service = stalest(scene);
	if (!scene->subject.service)
		return not_found(scene, err);
	return service_references_find(scene->world->cinder_db, scene->subject.service, &scene->subject.references, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);

	(void)findings;
	plan_service_removal(plan, unit, scene->subject.service);
	unit->sentence = arena_printf(&plan->arena, "remove service %lld, %s on %s", (long long)scene->subject.service->id,
	    scene->subject.service->binary, scene->subject.service->host);
}

static const struct operation service_remove = {
	.name = "service remove",
	.needs = NEEDS_CINDER,
	.find = find,
	.plan = plan,
	.alone = true,
};

enum error_kind op_service_remove(const struct request *request, struct error *err)
{
	return op_run(&service_remove, request, err);
}
