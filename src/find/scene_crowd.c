/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "util/mem.h"

/* Several hosts, each looked at by itself, with rows that were asked for together: asked host by host, a cloud of two hundred
 * would take as many round trips of every kind. */

/* How many of them one look is about: a kind of row is in few lists of DB_LIST then, and what is read and not kept, as flavors
 * and interfaces, is small beside what is. */
#define HOSTS_A_LOOK 32

struct look {
	struct scene *host[HOSTS_A_LOOK]; /* of one cell */
	const char *name[HOSTS_A_LOOK];
	size_t n;
};

static struct words look_names(struct look *look)
{
	return (struct words){ .v = look->name, .n = look->n };
}

static struct scene *crowd_make(struct scene *common, const struct scene *host)
{
	struct scene *crowd = xcalloc(1, sizeof *crowd);

	scene_borrow(crowd, common);
	crowd->nova.home = host->nova.home;
	crowd->nova.columns = host->nova.columns;
	crowd->subject.evacuates = host->subject.evacuates;
	common->crowd = vec_grow(common->crowd, common->ncrowd, &common->crowd_cap, sizeof(struct scene *));
	common->crowd[common->ncrowd++] = crowd;
	return crowd;
}

/* The rows stay the crowd's. */
static void take_share(struct scene *host, const struct scene *crowd, size_t first, size_t end)
{
	host->subject.instances = (struct instances){ .v = crowd->subject.instances.v + first, .n = end - first };
	host->subject.candidate = crowd->subject.candidate + first;
	host->subject.ncandidate = end - first;
	host->neutron = crowd->neutron;
	host->neutron.agents.arena = (struct arena){ 0 };
	host->neutron.ports = (struct ports){ .n = 0 };
	scene_rank_candidates(host);
}

static int find_shares(struct scene *crowd, struct look *look, struct error *err)
{
	const struct words names = look_names(look);
	struct db *cell = crowd->nova.home->cell->db;
	size_t end[HOSTS_A_LOOK];

	if (instances_on_hosts(cell, &names, &crowd->subject.instances, end, err) != 0 || scene_find_placing(crowd, err) != 0 ||
	    scene_find_candidates(crowd, err) != 0)
		return -1;
	scene_find_network(crowd);
	for (size_t i = 0; i < look->n; i++)
		take_share(look->host[i], crowd, i ? end[i - 1] : 0, end[i]);
	scenes_find_disks(cell, look->host, look->n);
	return 0;
}

static int find_crowd(struct scene *common, struct look *look, struct error *err)
{
	struct scene *crowd = crowd_make(common, look->host[0]);
	int rc = find_shares(crowd, look, err);

	scene_give_back(crowd, common);
	return rc;
}

/* Of what is away from a host that is called nearly so, those that are away from it. */
static void give_standing(struct scene *host, const struct standing_migrations *all)
{
	struct standing_migrations *own = &host->nova.standing;
	const struct standing_migration *near;
	size_t n;

	near = standing_migrations_find(all, host->subject.host, &n);
	*own = (struct standing_migrations){ .v = arena_alloc(&host->arena, n * sizeof *own->v) };
	for (size_t i = 0; i < n; i++)
		if (strcmp(near[i].source_compute, host->subject.host) == 0)
			own->v[own->n++] = near[i];
}

/* ---- one look after the other */

/* Those from ${from} on that are of the same cell as the first of them; where the next ones begin. */
static size_t look_make(struct look *look, struct scene *const *host, size_t from, size_t n)
{
	*look = (struct look){ .n = 0 };
	for (; from < n && look->n < HOSTS_A_LOOK && host[from]->nova.home == (look->n ? look->host[0] : host[from])->nova.home;
	     from++) {
		look->name[look->n] = host[from]->subject.host;
		look->host[look->n++] = host[from];
	}
	return from;
}

int scenes_find_instances(struct scene *common, struct scene *const *host, size_t n, struct error *err)
{
	struct look look;

	for (size_t i = 0; i < n;) {
		i = look_make(&look, host, i, n);
		if (find_crowd(common, &look, err) != 0)
			return -1;
	}
	return 0;
}

int scenes_find_standing(struct scene *common, struct scene *const *host, size_t n, struct error *err)
{
	struct standing_migrations all;
	struct words names;
	struct look look;

	for (size_t i = 0; i < n;) {
		i = look_make(&look, host, i, n);
		names = look_names(&look);
		if (migrations_standing_of(look.host[0]->nova.home->cell->db, &names, &all, err) != 0)
			return -1;
		arena_join(&common->arena, &all.arena);
		for (size_t k = 0; k < look.n; k++) {
			struct nova_facts *nova = &look.host[k]->nova;

			give_standing(look.host[k], &all);
			if (cell_columns_probe(nova->home->cell->db, &nova->columns, err) != 0)
				return -1;
		}
	}
	return 0;
}
