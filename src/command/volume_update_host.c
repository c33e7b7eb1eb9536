/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "moves.h"
#include "words.h"
#include "find/moves.h"
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

	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		if (!str_equal(s->binary, "cinder-volume") || !host_is_on_node(s->host, node) ||
		    !host_name_parse(s->host, &name))
			continue;
		if (strcmp(name.backend, like->backend) == 0)
			return s->host;
		found = found ? found : s->host;
	}
	return found;
}

/* ${bare} is a node's name beside a backend's, and no backend by itself. */
static int no_backend(struct scene *scene, const char *option, const struct host_name *bare, const struct host_name *other,
    struct error *err)
{
	bool is_from = strcmp(option, "--currenthost") == 0;
	const char *backend;

	if (scene_check_node(scene, bare->node, err) != 0)
		return -1;
	backend = backend_of(scene, bare->node, other);
	error_set(err, ERROR_USAGE, "%s '%s' names a whole node, %s '%s' a backend", option, bare->text,
	    is_from ? "--newhost" : "--currenthost", other->text);
	if (!backend)
		return error_hint(err, "'%s' has no backend; to see all: evac-manage service list", bare->node);
	return error_hint(err,
	    "for one backend: evac-manage volume update_host --currenthost %s --newhost %s; for all of them, bare hosts in both",
	    shell_word(&scene->arena, is_from ? backend : other->text),
	    shell_word(&scene->arena, is_from ? other->text : backend));
}

/* Two nodes, or two backends. A bare name is a node, and beside a backend's it is a backend where a service or a volume says
 * so: cinder without enabled_backends. */
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

static int find_backends(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct host_name from, to;

	if (scene_find_cinder_near(scene, err) != 0)
		return -1;
	if (!host_name_parse(r->what.currenthost, &from))
		return error_set(err, ERROR_USAGE, "--currenthost '%s' is not a host", r->what.currenthost);
	if (!host_name_parse(r->what.newhost, &to))
		return error_set(err, ERROR_USAGE, "--newhost '%s' is not a host", r->what.newhost);
	scene->subject.host = arena_dup(&scene->arena, from.node);
	scene->subject.moves_things = true;
	if ((scene->world->api_db && scene_find_nova(scene, err) != 0) || scene_find_who_owns(scene, err) != 0 ||
	    find_moves(scene, &from, &to, err) != 0)
		return -1;
	scene_find_queues(scene);
	return scene_check_pool_map(scene, err);
}

static const struct operation volume_update_host = {
	.name = "volume update_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_backends,
	.plan = moves_plan,
};

static enum error_kind run_volume_update_host(const struct request *request, struct error *err)
{
	return run_operation(&volume_update_host, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "the owner now; HOST@BACKEND: all its pools, HOST@BACKEND#POOL: that pool, HOST: all its backends" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "the new owner; HOST: its backends of the same names" },
	{ .name = "pool-map", .type = OPTION_WORDS, .offset = AT(what.pool_map), .metavar = "OLD=NEW",
	  .sentence = "move volumes of pool OLD to pool NEW, with =NEW those without a pool; other pools keep their names; repeatable" },
	OPTION_FOLLOW_ZONE,
	OPTION_TO_CLUSTER,
	OPTION_SETTLE,
	{ .name = "volumes-only", .type = OPTION_FLAG, .offset = AT(what.volumes_only),
	  .sentence = "only volumes, as cinder-manage does: no groups, image cache entries or workers" },
	{ 0 }
};
/* clang-format on */

/* Every pool of the backend into one pool would forget which volume lies in which. What a bare name is, a node or a backend,
 * only the database knows. */
static int pools_match(const struct request *request, struct error *err)
{
	const char *pool = strchr(request->what.newhost, '#');
	auto_str struct str backend = { 0 }, map = { 0 };

	if (!pool || strchr(request->what.currenthost, '#') || !strchr(request->what.currenthost, '@'))
		return 0;
	str_addn(&backend, request->what.newhost, (size_t)(pool - request->what.newhost));
	str_addf(&map, "=%s", pool + 1);
	error_set(err, ERROR_USAGE,
	    "--currenthost '%s' names no pool, --newhost '%s' does: "
	    "every volume keeps the name of its pool, so they cannot all go to '%s'",
	    request->what.currenthost, request->what.newhost, pool);
	return error_hint(err,
	    "for all pools: --newhost '%s'; for one, name it in both; for volumes without a pool: --newhost '%s' --pool-map '%s'",
	    backend.s, backend.s, map.s);
}

static int bad_pool_map(const char *map, struct error *err)
{
	char word[SHOWN_SIZE];

	error_set(err, ERROR_USAGE, "--pool-map '%s' is not OLD=NEW", word_shown(map, word));
	return error_hint(err, "as in --pool-map ssd=nvme; for volumes that have lost their pool: --pool-map =ssd");
}

/* A pool's name is any text but '#' (a NetApp's or NFS's is a path with colons and slashes, others have blanks). */
static int pool_maps_are_clear(const struct request *request, struct error *err)
{
	const struct words *w = &request->what.pool_map;
	size_t i, k, n;

	for (i = 0; i < w->n; i++) {
		n = strcspn(w->v[i], "=");
		if (!w->v[i][n] || !w->v[i][n + 1] || strchr(w->v[i], '#') || !pool_is_text(w->v[i]))
			return bad_pool_map(w->v[i], err);
		for (k = 0; k < i; k++)
			if (strncmp(w->v[k], w->v[i], n + 1) == 0)
				return error_set(err, ERROR_USAGE, "--pool-map is given twice for pool '%.*s'", (int)n,
				    w->v[i]);
	}
	if (w->n == 0 || !strchr(request->what.currenthost, '#'))
		return 0;
	error_set(err, ERROR_USAGE, "--currenthost '%s' is one pool already, --pool-map is for all of a backend",
	    request->what.currenthost);
	return error_hint(err, "name the new pool in --newhost");
}

static int check_pools(const struct request *request, struct error *err)
{
	return pools_match(request, err) != 0 ? -1 : pool_maps_are_clear(request, err);
}

/* clang-format off */
const struct command command_volume_update_host = {
	.noun = "volume", .verb = "update_host",
	.sentence = "move volumes and their groups to another backend",
	.details = "Moves rows that belong together: volumes, their groups and consistency groups, image cache entries and workers. "
		"In one transaction, verified over a new connection. Pools keep their names unless --pool-map says otherwise. Bare hosts "
		"move every backend of the node to the one of the same name; a bare name that is a backend of its own (cinder without "
		"enabled_backends) may go to a HOST@BACKEND. To set a pool that was lost, give the same backend in both and "
		"--pool-map =POOL. Needs only cinder's database. Can be undone as long as the rows hold the values that it wrote.\n\n"
		"Examples:\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd \\\n"
		"      --dry-run\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd\n"
		"  evac-manage volume update_host --currenthost ctl1 --newhost ctl2 \\\n"
		"      --pool-map ssd=nvme --dry-run\n"
		"  evac-manage volume update_host --currenthost ctl2@rbd --newhost ctl2@rbd \\\n"
		"      --pool-map =ssd --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options,
	.check = check_pools,
	.run = run_volume_update_host,
};
