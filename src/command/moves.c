/* SPDX-License-Identifier: Apache-2.0 */
#include "moves.h"
#include "find/moves.h"

int moves_find_backend(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct host_name from;

	if (scene_find_cinder_near(scene, err) != 0)
		return -1;
	if (!host_name_parse(r->what.currenthost, &from))
		return error_set(err, ERROR_USAGE, "--currenthost '%s' is not a host", r->what.currenthost);
	scene->subject.host = arena_dup(&scene->arena, from.node);
	scene->subject.moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	scene_find_queues(scene);
	if (scene_find_who_owns(scene, err) != 0)
		return -1;
	return scene_add_move(scene, MOVE_BACKEND, r->what.currenthost, r->what.newhost, err);
}

void moves_plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	(void)findings;
	plan_ownership(plan, scene);
}

/* clang-format off */
const struct option_spec moves_group_options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "the owner now; HOST@BACKEND: all its pools, HOST@BACKEND#POOL: that pool" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "the new owner" },
	{ 0 }
};
