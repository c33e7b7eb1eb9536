/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/commands.h"
#include "op/run.h"
#include "util/str.h"

/* A bare host is every backend of the node, and which goes where must be said. */
static int refuse_bare(const struct scene *scene, const char *host, struct error *err)
{
	auto_str struct str backends = { 0 };

	for (const struct cinder_service *s = scene->cinder_services.v; s < scene->cinder_services.v + scene->cinder_services.n; s++)
		if (strcmp(s->binary, "cinder-volume") == 0 && host_is_on_node(s->host, host))
			str_addf(&backends, "%s'%s'", backends.n ? ", " : "", s->host);
	error_set(err, ERROR_USAGE, "'%s' names a node, not a backend", host);
	if (backends.n)
		return error_hint(err, "one backend at a time: %s; or all of it: evac-manage host rescue", backends.s);
	return error_hint(err, "a backend is HOST@BACKEND: 'evac-manage service list --host %s'", host);
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
	if (!from.backend[0])
		return refuse_bare(scene, r->currenthost, err);
	if (!to.backend[0])
		return refuse_bare(scene, r->newhost, err);
	if (to.pool[0] && !from.pool[0])
		return error_set(err, ERROR_USAGE, "--newhost '%s' names a pool and --currenthost '%s' does not: every pool would become one",
		    r->newhost, r->currenthost);
	scene->host = arena_dup(&scene->arena, from.node);
	scene->moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	return scene_add_move(scene, MOVE_BACKEND, r->currenthost, r->newhost, err);
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
