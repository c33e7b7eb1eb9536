/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuating.h"

#include "util/lang.h"

int evacuating_find_services(struct scene *scene, struct error *err)
{
	scene->subject.evacuates = true;
	scene_ask_nova(scene);
	if (scene->world->cinder_db && scene_find_cinder_base(scene, err) != 0)
		return -1;
	return scene_find_nova(scene, err);
}

void evacuating_ask_owners(struct scene *scene)
{
	const char *const hosts[OWNERS_NEAR] = { scene->subject.host };

	if (scene->world->cinder_db)
		owners_near_ahead(scene->world->cinder_db, hosts);
}

int evacuating_find_rest(struct scene *scene, struct error *err)
{
	const char *const hosts[OWNERS_NEAR] = { scene->subject.host };

	if (scene->world->cinder_db && scene_find_owners_near(scene, hosts, err) != 0) /* of a host with a similar name */
		return -1;
	if (evacuating_find_targets(scene, err) != 0)
		return -1;
	return scene_find_bus(scene, err);
}

int evacuating_find_targets(struct scene *scene, struct error *err)
{
	const struct what *what = &scene->request->what;

	if (what->target_host && scene_find_target(scene, what->target_host, err) != 0)
		return -1;
	return scene_check_spread(scene, err);
}

int evacuating_check_targets(const struct request *request, struct error *err)
{
	if (request->what.target_host && request->what.spread.n > 0) {
		error_set(err, ERROR_USAGE, "--target_host names one host for all, --spread several: only one of them counts");
		return error_hint(err, "leave one of them out");
	}
	return evacuating_check_force(request, err);
}

int evacuating_check_force(const struct request *request, struct error *err)
{
	if (!request->what.force || request->what.target_host)
		return 0;
	error_set(err, ERROR_USAGE, "--force needs a target host: it makes nova skip the scheduler and use that host");
	return error_hint(err, "give the target (%s), or run without --force",
	    request->what.id ? _("after the instance") : "--target_host HOST2");
}
