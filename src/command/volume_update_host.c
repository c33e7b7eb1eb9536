/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "run/run.h"
#include "util/shell.h"
#include "util/str.h"

/* Bare hosts: every backend of the node goes to the one of the same name. */
static int find_of_node(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_check_node(scene, r->what.currenthost, err) != 0 || scene_check_node(scene, r->what.newhost, err) != 0)
		return -1;
	return scene_add_counterparts(scene, r->what.currenthost, r->what.newhost, 1u << MOVE_BACKEND, err);
}

/* A backend of ${node}, the one that ${like} is named after before others; NULL: it has none. */
static const char *backend_of(const struct scene *scene, const char *node, const struct host_name *like)
{
	const char *found = NULL;
	struct host_name name;

	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++) {
		if (!str_equal(s->binary, "cinder-volume") || !host_is_on_node(s->host, node) || !host_name_parse(s->host, &name))
			continue;
		if (strcmp(name.backend, like->backend) == 0)
			return s->host;
		found = found ? found : s->host;
	}
	return found;
}

/* ${bare} is a node's name beside a backend's, and no backend by itself. */
static int no_backend(struct scene *scene, const char *option, const struct host_name *bare, const struct host_name *other, struct error *err)
{
	bool is_from = strcmp(option, "--currenthost") == 0;
	const char *backend;

	if (scene_check_node(scene, bare->node, err) != 0)
		return -1;
	backend = backend_of(scene, bare->node, other);
	error_set(err, ERROR_USAGE, "%s '%s' names a whole node, %s '%s' a backend", option, bare->text, is_from ? "--newhost" : "--currenthost",
	    other->text);
	if (!backend)
		return error_hint(err, "'%s' has no backend; 'evac-manage service list' shows all", bare->node);
	return error_hint(err, "for one backend: evac-manage volume update_host --currenthost %s --newhost %s; for all of them, bare hosts in both",
	    shell_word(&scene->arena, is_from ? backend : other->text), shell_word(&scene->arena, is_from ? other->text : backend));
}

/* Two nodes, or two backends. A bare name is a node, and beside a backend's it is a backend where a service or a volume says so: cinder
 * without enabled_backends. */
static int find_moves(struct scene *scene, const struct host_name *from, const struct host_name *to, struct error *err)
{
	bool from_bare = !strpbrk(from->text, "@#"), to_bare = !strpbrk(to->text, "@#");

	if (from_bare && to_bare)
		return find_of_node(scene, err);
	if (from_bare && !scene_is_backend(scene, from->text))
		return no_backend(scene, "--currenthost", from, to, err);
	if (to_bare && !scene_is_backend(scene, to->text))
		return no_backend(scene, "--newhost", to, from, err);
	return scene_add_move(scene, MOVE_BACKEND, from->text, to->text, err);
}

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct host_name from, to;

	if (scene_find_cinder(scene, err) != 0)
		return -1;
	if (!host_name_parse(r->what.currenthost, &from))
		return error_set(err, ERROR_USAGE, "--currenthost '%s' is not a host", r->what.currenthost);
	if (!host_name_parse(r->what.newhost, &to))
		return error_set(err, ERROR_USAGE, "--newhost '%s' is not a host", r->what.newhost);
	scene->subject.host = arena_dup(&scene->arena, from.node);
	scene->subject.moves_things = true;
	if ((scene->world->api_db && scene_find_nova(scene, err) != 0) || find_moves(scene, &from, &to, err) != 0)
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
