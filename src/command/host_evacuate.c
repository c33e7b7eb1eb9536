/* SPDX-License-Identifier: Apache-2.0 */
#include "command/commands.h"
#include "run/run.h"

/* instance evacuate and host evacuate: the same, about one instance or about all of a host. */

static int find_services(struct scene *scene, struct error *err)
{
	scene->subject.evacuates = true;
	if (scene->world->cinder_db && scene_find_cinder(scene, err) != 0)
		return -1;
	return scene_find_nova(scene, err);
}

static int find_rest(struct scene *scene, struct error *err)
{
	if (scene->request->what.target_host && scene_find_target(scene, scene->request->what.target_host, err) != 0)
		return -1;
	return scene_find_bus(scene, err);
}

static int find_host(struct scene *scene, struct error *err)
{
	scene->subject.marks = !scene->request->what.no_mark;
	if (find_services(scene, err) != 0 || scene_find_home(scene, scene->request->what.host, err) != 0 ||
	    scene_find_instances(scene, err) != 0)
		return -1;
	return find_rest(scene, err);
}

static int find_instance(struct scene *scene, struct error *err)
{
	if (find_services(scene, err) != 0 || scene_find_instance(scene, scene->request->what.id, err) != 0)
		return -1;
	return find_rest(scene, err);
}

/* Nothing to evacuate: the host is left as it is. */
static void plan_host(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit mark;

	plan_mark(plan, scene);
	plan_evacuations(plan, scene, findings);
	if (plan->nunit == 1 && plan->unit[0].kind == UNIT_MARK) {
		mark = plan->unit[0];
		plan->nunit = 0;
		auto_free_(&mark.step);
	}
}

static const struct operation host_evacuate = {
	.name = "host evacuate",
	.needs = NEEDS_NOVA | NEEDS_BUS | WITNESS_CINDER | CONFIGURED_MUST_ANSWER,
	.find = find_host,
	.plan = plan_host,
};

static const struct operation instance_evacuate = {
	.name = "instance evacuate",
	.needs = NEEDS_NOVA | NEEDS_BUS | WITNESS_CINDER | CONFIGURED_MUST_ANSWER,
	.find = find_instance,
	.plan = plan_evacuations,
	.alone = true,
};

enum error_kind op_host_evacuate(const struct request *request, struct error *err)
{
	return op_run(&host_evacuate, request, err);
}

enum error_kind op_instance_evacuate(const struct request *request, struct error *err)
{
	return op_run(&instance_evacuate, request, err);
}
