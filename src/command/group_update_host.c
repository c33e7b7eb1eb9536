/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "run/run.h"

/* Groups alone, or consistency groups alone: for what was left behind. volume update_host moves them with their members. */

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct host_name from;

	if (scene_find_cinder(scene, err) != 0)
		return -1;
	if (!host_name_parse(r->what.currenthost, &from))
		return error_set(err, ERROR_USAGE, "--currenthost '%s' is not a host", r->what.currenthost);
	scene->subject.host = arena_dup(&scene->arena, from.node);
	scene->subject.moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	scene_find_queues(scene);
	return scene_add_move(scene, MOVE_BACKEND, r->what.currenthost, r->what.newhost, err);
}

static int find_groups(struct scene *scene, struct error *err)
{
	scene->subject.kinds = 1u << OWNED_GROUP;
	return find(scene, err);
}

static int find_consistencygroups(struct scene *scene, struct error *err)
{
	scene->subject.kinds = 1u << OWNED_CONSISTENCYGROUP;
	return find(scene, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	(void)findings; /* what is owned moves as a whole */
	plan_ownership(plan, scene);
}

static const struct operation group_update_host = {
	.name = "group update_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_groups,
	.plan = plan,
};
static const struct operation consistencygroup_update_cg_host = {
	.name = "consistencygroup update_cg_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_consistencygroups,
	.plan = plan,
};

enum error_kind op_group_update_host(const struct request *request, struct error *err)
{
	return op_run(&group_update_host, request, err);
}

enum error_kind op_consistencygroup_update_cg_host(const struct request *request, struct error *err)
{
	return op_run(&consistencygroup_update_cg_host, request, err);
}
