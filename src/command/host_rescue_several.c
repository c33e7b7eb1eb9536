/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "evacuating.h"
#include "host_rescue.h"
#include "find/moves.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* Several hosts that failed together: one inventory, one plan, one journal. What is moved is moved before the first instance is
 * begun, whichever host's it is: an instance may have a volume that another of the dead hosts owns. */

bool rescue_is_of_several(const struct request *request)
{
	const struct what *what = &request->what;

	return what->hosts.n > 0 || what->aggregates.n > 0 || what->zones.n > 0;
}

static struct words list_of_hosts(const struct words *a, const struct words *b, struct arena *arena)
{
	struct words all = { .v = arena_alloc(arena, (a->n + b->n + 1) * sizeof *all.v) };

	for (size_t i = 0; i < a->n; i++)
		all.v[all.n++] = a->v[i];
	for (size_t i = 0; i < b->n; i++)
		all.v[all.n++] = b->v[i];
	return all;
}

struct request rescue_name_all(const struct request *request, struct arena *arena)
{
	const char *first[] = { request->what.host };
	const struct words one = { .v = first, .n = request->what.host ? 1 : 0 };
	struct request own = *request;

	own.what.hosts = list_of_hosts(&one, &request->what.hosts, arena);
	own.what.host = NULL;
	return own;
}

static bool names_host(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_equal(words->v[i], word))
			return true;
	return false;
}

bool rescue_names_all_of(const struct request *request, const struct past *past)
{
	const struct words *named = &request->what.hosts;

	for (size_t i = 0; i < named->n; i++)
		if (!names_host(&past->hosts, named->v[i]) && !names_host(&past->left, named->v[i]))
			return false;
	return named->n == past->hosts.n + past->left.n;
}

void rescue_take_hosts(struct request *request, const struct past *past, struct arena *arena)
{
	request->what.hosts = list_of_hosts(&past->hosts, &past->left, arena);
}

/* ---- which hosts */

struct several {
	struct scene *scene;
	struct words hosts;
	struct aggregate_hosts aggregates;
};

static int add_named_host(struct several *s, const char *host, struct error *err)
{
	if (names_host(&s->hosts, host)) {
		error_set(err, ERROR_USAGE, "host '%s' is named twice; nothing was written", host);
		return error_hint(err, "name each failed host once");
	}
	s->hosts.v[s->hosts.n++] = host;
	return 0;
}

/* A host that an aggregate has and that was named beside it is meant once. */
static void add_host_once(struct several *s, const char *host)
{
	if (!names_host(&s->hosts, host) && !names_host(&s->scene->request->what.exclude, host))
		s->hosts.v[s->hosts.n++] = arena_dup(&s->scene->arena, host);
}

static int add_hosts_of_aggregate(struct several *s, const char *name, struct error *err)
{
	const struct aggregate_hosts *all = &s->aggregates;
	const char **known = arena_alloc(&s->scene->arena, (all->n + 1) * sizeof *known);
	bool found = false;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->v[i].aggregate, name) == 0) {
			add_host_once(s, all->v[i].host);
			found = true;
		}
		if (i == 0 || strcmp(all->v[i].aggregate, all->v[i - 1].aggregate) != 0)
			known[n++] = all->v[i].aggregate;
	}
	return found ? 0 : scene_unknown(N_("aggregate"), name, known, n, "evac-manage host readiness --all", err);
}

static int add_hosts_of_zone(struct several *s, const char *zone, struct error *err)
{
	const struct aggregates *all = &s->scene->placing.aggregates;
	const char **known = arena_alloc(&s->scene->arena, (all->n + 1) * sizeof *known);
	bool found = false;
	size_t n = 0;

	for (size_t c = 0; c < s->scene->nova.ncell; c++)
		for (size_t i = 0; i < s->scene->nova.cell[c].services.n; i++) {
			const struct nova_service *service = &s->scene->nova.cell[c].services.v[i];

			if (strcmp(service->binary, "nova-compute") == 0 &&
			    str_equal(aggregates_zone_shown(all, service->host), zone)) {
				add_host_once(s, service->host);
				found = true;
			}
		}
	if (found)
		return 0;
	known[n++] = DEFAULT_ZONE;
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, "availability_zone") == 0)
			known[n++] = all->v[i].value;
	return scene_unknown(N_("availability zone"), zone, known, n, "evac-manage host readiness --all", err);
}

static size_t most_hosts(const struct scene *scene, const struct aggregate_hosts *aggregates)
{
	size_t n = scene->request->what.hosts.n + aggregates->n;

	for (size_t c = 0; c < scene->nova.ncell; c++)
		n += scene->nova.cell[c].services.n;
	return n;
}

static int add_all(struct several *s, struct error *err)
{
	const struct what *what = &s->scene->request->what;

	s->hosts.v = arena_alloc(&s->scene->arena, (most_hosts(s->scene, &s->aggregates) + 1) * sizeof *s->hosts.v);
	for (size_t i = 0; i < what->hosts.n; i++)
		if (add_named_host(s, what->hosts.v[i], err) != 0)
			return -1;
	for (size_t i = 0; i < what->aggregates.n; i++)
		if (add_hosts_of_aggregate(s, what->aggregates.v[i], err) != 0)
			return -1;
	for (size_t i = 0; i < what->zones.n; i++)
		if (add_hosts_of_zone(s, what->zones.v[i], err) != 0)
			return -1;
	if (s->hosts.n == 0)
		return error_set(err, ERROR_NOT_FOUND, "no host is left: all are in --exclude; nothing was written");
	return 0;
}

static int check_new_owner(const struct several *s, struct error *err)
{
	const struct what *what = &s->scene->request->what;
	const char *const names[] = { what->to, what->target_host };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i] && names_host(&s->hosts, names[i])) {
			error_set(err, ERROR_USAGE,
			    "'%s' is among the failed hosts and cannot take anything; nothing was written", names[i]);
			return error_hint(err, "name a host that is up, or leave '%s' out of the failed ones", names[i]);
		}
	return 0;
}

static int check_only(const struct several *s, struct error *err)
{
	const struct words *only = &s->scene->request->what.only;

	for (size_t i = 0; i < only->n; i++)
		if (names_host(&s->hosts, only->v[i])) {
			error_set(err, ERROR_USAGE, "--only '%s': it takes instances, and that is a host; nothing was written",
			    only->v[i]);
			return error_hint(err, "name the hosts that are meant, or leave others out: --exclude HOST");
		}
	return 0;
}

static int find_hosts(struct scene *scene, struct error *err)
{
	struct several s = { .scene = scene };
	int rc = 0;

	if (scene_find_placing(scene, err) != 0 || aggregate_hosts_list(scene->world->api_db, &s.aggregates, err) != 0)
		return -1;
	rc = add_all(&s, err) != 0 || check_new_owner(&s, err) != 0 || check_only(&s, err) != 0 ? -1 : 0;
	aggregate_hosts_free(&s.aggregates);
	if (rc == 0)
		scene_divide(scene, &s.hosts);
	return rc;
}

/* By its hypervisor's name and by its own it is one. */
static int check_host_once(const struct scene *scene, const struct scene *host, struct error *err)
{
	for (const struct scene *h = scene->each; h < host; h++)
		if (str_equal(h->subject.host, host->subject.host)) {
			error_set(err, ERROR_USAGE, "'%s' and '%s' are the same host; nothing was written", h->own.what.host,
			    host->own.what.host);
			return error_hint(err, "name each failed host once");
		}
	return 0;
}

static void tell_of_target(struct scene *scene)
{
	EACH_HOST(h, scene)
	{
		h->nova.target_compute = scene->nova.target_compute;
		h->nova.target_node = scene->nova.target_node;
		h->nova.target_cell = scene->nova.target_cell;
		h->nova.target_is_mapped = scene->nova.target_is_mapped;
	}
}

/* Of those that nova knows; they are asked for together. */
static int find_instances_of_all(struct scene *scene, struct error *err)
{
	struct scene **host = arena_alloc(&scene->arena, scene->neach * sizeof(struct scene *));
	size_t n = 0;

	EACH_HOST(h, scene)
	if (h->subject.evacuates)
		host[n++] = h;
	return scenes_find_instances(scene, host, n, err);
}

static int find_rescues(struct scene *scene, struct error *err)
{
	scene->subject.evacuates = scene->subject.moves_things = true;
	scene->subject.marks = !scene->request->what.no_mark;
	if (scene_find_cinder(scene, err) != 0 || scene_find_nova(scene, err) != 0 || find_hosts(scene, err) != 0)
		return -1;
	EACH_HOST(h, scene)
	{
		int rc;

		scene_lend(scene, h);
		rc = rescue_find_host(h, err);
		scene_take_back(scene, h);
		if (rc != 0 || check_host_once(scene, h, err) != 0)
			return -1;
	}
	if (find_instances_of_all(scene, err) != 0)
		return -1;
	if (scene_join(scene, err) != 0 || scene_check_words_of_all(scene, err) != 0)
		return -1;
	if (evacuating_find_targets(scene, err) != 0)
		return -1;
	tell_of_target(scene);
	return scene_find_bus(scene, err);
}

static void plan_rescues(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	EACH_HOST_OF(h, scene)
	plan_mark(plan, h);
	rescue_plan(plan, scene, findings);
}

const struct operation host_rescue_several = {
	.name = "host rescue",
	.needs = NEEDS_CINDER | NEEDS_NOVA | NEEDS_BUS | WITNESS_NEUTRON,
	.find = find_rescues,
	.plan = plan_rescues,
	.rescues = true,
};
