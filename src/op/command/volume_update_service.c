/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/commands.h"
#include "op/run.h"
#include "util/str.h"

/* Volumes of one host, backend or of all get the uuid of the service that serves them now. */

static int find(struct scene *scene, struct error *err)
{
	struct host_name host;

	if (scene_find_cinder(scene, err) != 0)
		return -1;
	if (scene->request->host && (!host_name_parse(scene->request->host, &host) || host.pool[0]))
		return error_set(err, ERROR_USAGE, "--host '%s' is not HOST or HOST@BACKEND", scene->request->host);
	if (scene->request->host && scene_check_owner(scene, &host, err) != 0)
		return -1;
	return volumes_of_other_service(scene->world->cinder_db, &scene->volumes_of_other, err);
}

static bool is_asked(const struct scene *scene, const char *host)
{
	const char *asked = scene->request->host;

	return !asked || (strchr(asked, '@') ? host_is_on_backend(host, asked) : host_is_on_node(host, asked));
}

/* Of several service rows of one backend, the one that reports is meant. */
static bool is_of_owner(const struct scene *scene, const struct volume_of_other *v)
{
	const struct cinder_service *owner = cinder_service_find(&scene->cinder_services, "cinder-volume", v->owner_host);

	return owner && str_equal(owner->uuid, v->owner_uuid);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct volumes_of_other *all = &scene->volumes_of_other;

	(void)findings;
	for (const struct volume_of_other *v = all->v; v < all->v + all->n; v++) {
		struct step *step;

		if (!is_asked(scene, v->host) || !is_of_owner(scene, v) || !plan_is_wanted(scene->request, v->id) ||
		    (scene->request->limit > 0 && unit->nstep >= (size_t)scene->request->limit))
			continue;
		step = unit_step(unit, &step_volume_service, v->id, v->name);
		step->before[0] = v->service_uuid;
		step->after[0] = v->owner_uuid;
		step->before[1] = step->after[1] = v->host;
	}
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, "give %zu volume%s the uuid of the service that serves %s", unit->nstep,
		    unit->nstep == 1 ? "" : "s", unit->nstep == 1 ? "it" : "them");
}

static const struct operation volume_update_service = {
	.name = "volume update_service",
	.needs = NEEDS_CINDER,
	.find = find,
	.plan = plan,
};

enum error_kind op_volume_update_service(const struct request *request, struct error *err)
{
	return op_run(&volume_update_service, request, err);
}
