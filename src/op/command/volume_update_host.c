/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/commands.h"
#include "op/run.h"

/* Bare hosts: every backend of the node goes to the one of the same name. */
static int find_of_node(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_check_node(scene, r->currenthost, err) != 0 || scene_check_node(scene, r->newhost, err) != 0)
		return -1;
	return scene_add_counterparts(scene, r->currenthost, r->newhost, 1u << MOVE_BACKEND, err);
}

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct host_name from, to;

	if (scene_find_cinder(scene, err) != 0)
		return -1;
	if (!host_name_parse(r->currenthost, &from))
		return error_set(err, ERROR_USAGE, "--currenthost '%s' is not a host", r->currenthost);
	if (!host_name_parse(r->newhost, &to))
		return error_set(err, ERROR_USAGE, "--newhost '%s' is not a host", r->newhost);
	if (to.pool[0] && !from.pool[0])
		return error_set(err, ERROR_USAGE, "--newhost '%s' names a pool and --currenthost '%s' does not: every pool would become one",
		    r->newhost, r->currenthost);
	scene->host = arena_dup(&scene->arena, from.node);
	scene->moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	if (strpbrk(r->currenthost, "@#") ? scene_add_move(scene, MOVE_BACKEND, r->currenthost, r->newhost, err) != 0 :
	                                    find_of_node(scene, err) != 0)
		return -1;
	scene_find_queues(scene);
	return scene_check_pool_map(scene, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	(void)findings; /* what is owned moves as a whole */
	plan_ownership(plan, scene);
}

static const struct operation volume_update_host = {
	.name = "volume update_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find,
	.plan = plan,
};

enum error_kind op_volume_update_host(const struct request *request, struct error *err)
{
	return op_run(&volume_update_host, request, err);
}
