/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/commands.h"
#include "op/run.h"

/* The whole page for a failed host: ownership to one host, instances to wherever they fit. */

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	scene->evacuates = scene->moves_things = true;
	scene->marks = !r->no_mark;
	if (scene_find_cinder(scene, err) != 0 || scene_find_nova(scene, err) != 0)
		return -1;
	if (scene_check_node(scene, r->host, err) != 0 || scene_check_node(scene, r->to, err) != 0)
		return -1;
	if (scene_find_home(scene, r->host, err) != 0 || scene_add_counterparts(scene, r->host, r->to, 1u << MOVE_BACKEND | 1u << MOVE_BACKUPS, err) != 0)
		return -1;
	if (scene_find_instances(scene, err) != 0)
		return -1;
	if (r->target_host && scene_find_target(scene, r->target_host, err) != 0)
		return -1;
	return scene_find_bus(scene, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	plan_mark(plan, scene);
	plan_ownership(plan, scene);
	plan_evacuations(plan, scene, findings);
	plan_drop_idle_mark(plan, scene);
}

static const struct operation host_rescue = {
	.name = "host rescue",
	.needs = NEEDS_CINDER | NEEDS_NOVA | NEEDS_BUS,
	.find = find,
	.plan = plan,
	.rescues = true,
};

enum error_kind op_host_rescue(const struct request *request, struct error *err)
{
	return op_run(&host_rescue, request, err);
}
