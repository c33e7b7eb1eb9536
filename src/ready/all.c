/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/moves.h"
#include "find/reserve.h"
#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/str.h"

/* Which hosts are asked for, each of them alone, and the groups that they make. */

static struct ready_host *looked_at(const struct readiness *all, const char *host)
{
	for (struct ready_host *h = all->host; h < all->host + all->nhost; h++)
		if (strcmp(h->host, host) == 0 || str_equal(h->scene.subject.asked_host, host))
			return h;
	return NULL;
}

static struct ready_group *group_named(struct readiness *all, const char *kind, const char *name)
{
	struct ready_group *g = all->group;

	while (g < all->group + all->ngroup && !(strcmp(g->kind, kind) == 0 && strcmp(g->name, name) == 0))
		g++;
	if (g < all->group + all->ngroup)
		return g;
	all->group = vec_grow(all->group, all->ngroup, &all->group_cap, sizeof *g);
	g = &all->group[all->ngroup++];
	*g = (struct ready_group){ .kind = kind, .name = name };
	return g;
}

static void ready_group_take(struct ready_group *g, struct ready_host *host)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->host[i] == host)
			return;
	g->host = vec_grow(g->host, g->n, &g->cap, sizeof *g->host);
	g->host[g->n++] = host;
}

/* ---- which hosts */

static bool words_hold(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_equal(words->v[i], word))
			return true;
	return false;
}

static bool is_in_aggregate(const struct aggregate_hosts *aggregates, const struct words *wanted, const char *host)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (strcmp(aggregates->v[i].host, host) == 0 && words_hold(wanted, aggregates->v[i].aggregate))
			return true;
	return false;
}

static bool readiness_wants(const struct readiness *all, const struct scene *scene, const char *host)
{
	const struct what *what = &scene->request->what;

	return what->all || words_hold(&what->hosts, host) ||
	    words_hold(&what->zones, aggregates_zone_shown(&scene->placing.aggregates, host)) ||
	    is_in_aggregate(&all->aggregates, &what->aggregates, host);
}

static int check_word(const char *what, const char *word, const char *const *known, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(known[i], word) == 0)
			return 0;
	return scene_unknown(what, word, known, n, "evac-manage host readiness --all", err);
}

/* Every word is a zone, or an aggregate, that is there. */
static int readiness_check_words(const struct scene *scene, const struct aggregate_hosts *aggregates, struct error *err)
{
	const struct what *what = &scene->request->what;
	const struct aggregates *zones = &scene->placing.aggregates;
	const char **known = xcalloc(aggregates->n + zones->n + 1, sizeof *known);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < aggregates->n; i++)
		if (i == 0 || strcmp(aggregates->v[i].aggregate, aggregates->v[i - 1].aggregate) != 0)
			known[n++] = aggregates->v[i].aggregate;
	for (size_t i = 0; i < what->aggregates.n && rc == 0; i++)
		rc = check_word(N_("aggregate"), what->aggregates.v[i], known, n, err);
	n = 0;
	known[n++] = DEFAULT_ZONE;
	for (size_t i = 0; i < zones->n; i++)
		if (strcmp(zones->v[i].name, "availability_zone") == 0)
			known[n++] = zones->v[i].value;
	for (size_t i = 0; i < what->zones.n && rc == 0; i++)
		rc = check_word(N_("availability zone"), what->zones.v[i], known, n, err);
	free(known);
	return rc;
}

static int locate_host(struct readiness *all, struct scene *common, const char *host, struct error *err)
{
	struct ready_host *h = &all->host[all->nhost];

	if (looked_at(all, host))
		return 0;
	if (ready_locate(h, common, host, err) != 0) {
		ready_free_host(h);
		return -1;
	}
	if (looked_at(all, h->host)) /* under its other name */
		ready_free_host(h);
	else
		all->nhost++;
	return 0;
}

/* Its cell does not answer: that it exists is all that is known. */
static void note_unseen(struct readiness *all, const struct scene *common, const char *host)
{
	struct ready_host *h = &all->host[all->nhost];

	if (looked_at(all, host))
		return;
	*h = (struct ready_host){ .host = host,
		.zone = aggregates_zone_of(&common->placing.aggregates, host),
		.unseen = true,
		.answer.unseen = 1 };
	all->nhost++;
}

static size_t services_and_mappings(const struct scene *scene)
{
	size_t n = scene->nova.mappings.n;

	for (size_t c = 0; c < scene->nova.ncell; c++)
		n += scene->nova.cell[c].services.n;
	return n;
}

static int locate_hosts(struct readiness *all, struct scene *common, struct error *err)
{
	const struct words *named = &common->request->what.hosts;

	all->host = xcalloc(services_and_mappings(common) + named->n + 1, sizeof *all->host);
	for (size_t i = 0; i < named->n; i++)
		if (locate_host(all, common, named->v[i], err) != 0)
			return -1;
	for (size_t c = 0; c < common->nova.ncell; c++)
		for (size_t i = 0; i < common->nova.cell[c].services.n; i++) {
			const struct nova_service *s = &common->nova.cell[c].services.v[i];

			if (strcmp(s->binary, "nova-compute") == 0 && readiness_wants(all, common, s->host) &&
			    locate_host(all, common, s->host, err) != 0)
				return -1;
		}
	return 0;
}

static int find_all_instances(struct readiness *all, struct scene *common, struct error *err)
{
	auto_free struct scene **scene = xcalloc(all->nhost + 1, sizeof *scene);

	for (size_t i = 0; i < all->nhost; i++)
		scene[i] = &all->host[i].scene;
	if (scenes_find_standing(common, scene, all->nhost, err) != 0)
		return -1;
	return scenes_find_instances(common, scene, all->nhost, err);
}

static int look_at_hosts(struct readiness *all, struct scene *common, struct error *err)
{
	if (locate_hosts(all, common, err) != 0 || find_all_instances(all, common, err) != 0)
		return -1;
	for (size_t i = 0; i < all->nhost; i++)
		ready_ask(&all->host[i], common);
	for (size_t i = 0; i < common->nova.mappings.n; i++) {
		const struct host_mapping *m = &common->nova.mappings.v[i];

		if (world_lost_cell(common->world, m->cell_id) && readiness_wants(all, common, m->host))
			note_unseen(all, common, m->host);
	}
	return 0;
}

/* ---- which of them together */

static void make_groups(struct readiness *all, struct scene *common)
{
	const struct what *what = &common->request->what;
	const struct aggregate_hosts *aggregates = &all->aggregates;
	struct ready_host *host;

	for (size_t i = 0; i < what->hosts.n && all->nhost > 1; i++)
		ready_group_take(group_named(all, "hosts", "together"), looked_at(all, what->hosts.v[i]));
	for (size_t i = 0; i < all->nhost; i++) {
		const char *zone = aggregates_zone_shown(&common->placing.aggregates, all->host[i].host);

		if (what->all || words_hold(&what->zones, zone))
			ready_group_take(group_named(all, "zone", zone), &all->host[i]);
	}
	for (size_t i = 0; i < aggregates->n; i++)
		if ((what->all || words_hold(&what->aggregates, aggregates->v[i].aggregate)) &&
		    (host = looked_at(all, aggregates->v[i].host)))
			ready_group_take(group_named(all, "aggregate", aggregates->v[i].aggregate), host);
	for (struct ready_group *g = all->group; g < all->group + all->ngroup; g++)
		ready_together(g->host, g->n, common, &common->arena, &g->answer);
}

/* A rescue takes them into service for what fits on no other host. */
static void open_reserved_hosts(struct scene *common)
{
	const struct cell_facts *home = common->nova.home;
	const struct nova_service **reserve;

	for (size_t i = 0; i < common->nova.ncell; i++) {
		size_t n;

		common->nova.home = &common->nova.cell[i];
		n = reserve_find(common, &reserve);
		for (size_t k = 0; k < n; k++)
			reserve_open(common, reserve[k]);
	}
	common->nova.home = home;
}

static int find_common(struct readiness *out, struct scene *common, struct error *err)
{
	if ((common->world->cinder_db && scene_find_cinder(common, err) != 0) || scene_find_nova(common, err) != 0 ||
	    scene_find_placing(common, err) != 0)
		return -1;
	open_reserved_hosts(common);
	return aggregate_hosts_list(common->world->api_db, &out->aggregates, err);
}

int readiness_find(struct readiness *out, struct scene *common, struct error *err)
{
	*out = (struct readiness){ 0 };
	if (find_common(out, common, err) != 0 || readiness_check_words(common, &out->aggregates, err) != 0 ||
	    look_at_hosts(out, common, err) != 0)
		return -1;
	make_groups(out, common);
	return 0;
}

void readiness_free(struct readiness *readiness)
{
	for (size_t i = 0; i < readiness->nhost; i++)
		ready_free_host(&readiness->host[i]);
	for (size_t i = 0; i < readiness->ngroup; i++) {
		ready_free_answer(&readiness->group[i].answer);
		free(readiness->group[i].host);
	}
	free(readiness->host);
	free(readiness->group);
	aggregate_hosts_free(&readiness->aggregates);
	*readiness = (struct readiness){ 0 };
}
