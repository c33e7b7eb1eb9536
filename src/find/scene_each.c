/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <stdlib.h>
#include <string.h>

#include "cli/fenced.h"
#include "util/json.h"
#include "util/shell.h"
#include "util/str.h"

/* Several hosts that failed at once, in one run: what tells of one that it is dead is its own, where its instances may go is of
 * all together. */

static void word_host(struct scene *scene, struct scene *host)
{
	const char *fenced = scene->request->how.fenced, *name = host->own.what.host;

	host->own = *scene->request;
	host->own.what.host = name;
	host->own.what.hosts = (struct words){ 0 };
	if (fenced && !fenced_names(fenced, str_or(host->subject.host, name)) && !fenced_names(fenced, name))
		host->own.how.fenced = NULL;
	host->request = &host->own;
}

void scene_share_words(struct scene *scene)
{
	for (size_t i = 0; scene->each && i < scene->neach + scene->nleft; i++)
		word_host(scene, &scene->each[i]);
}

void scene_divide(struct scene *scene, const struct words *hosts)
{
	scene->each = xcalloc(hosts->n + 1, sizeof *scene->each);
	for (scene->neach = 0; scene->neach < hosts->n; scene->neach++) {
		struct scene *host = &scene->each[scene->neach];

		scene_borrow(host, scene);
		host->whole = scene;
		host->own.what.host = hosts->v[scene->neach];
		host->subject.evacuates = scene->subject.evacuates;
		host->subject.moves_things = scene->subject.moves_things;
		host->subject.marks = scene->subject.marks;
		host->subject.recovers = scene->subject.recovers;
		word_host(scene, host);
	}
}

void scene_lend(struct scene *scene, struct scene *host)
{
	host->cinder = scene->cinder;
	host->nova = scene->nova;
	host->placing = scene->placing;
}

/* Traits that it asked for in addition. */
void scene_take_back(struct scene *scene, struct scene *host)
{
	for (size_t i = scene->placing.ntrait; i < host->placing.ntrait; i++)
		host->placing.trait[i].name = arena_dup(&scene->arena, host->placing.trait[i].name);
	scene->placing = host->placing;
}

bool scene_lacks_counterpart(const struct scene *host)
{
	for (const struct move *m = host->subject.move; m < host->subject.move + host->subject.nmove; m++)
		if (!m->target && !m->target_known)
			return true;
	return false;
}

/* ---- what all have together */

/* Nothing is done of a host whose volumes would stay behind. */
static void put_behind(struct scene *scene)
{
	const size_t all = scene->neach;
	struct scene *sorted = xcalloc(all + 1, sizeof *sorted);
	size_t n = 0;

	for (int left = 0; left < 2; left++)
		for (size_t i = 0; i < all; i++)
			if (scene_lacks_counterpart(&scene->each[i]) == (left == 1))
				sorted[n++] = scene->each[i];
	for (size_t i = 0; i < all; i++) {
		scene->neach -= scene_lacks_counterpart(&sorted[i]);
		sorted[i].request = &sorted[i].own;
	}
	scene->nleft = all - scene->neach;
	free(scene->each);
	scene->each = sorted;
}

static int take_home(struct scene *scene, const struct scene *host, struct error *err)
{
	if (!host->nova.home || scene->nova.home == host->nova.home)
		return 0;
	if (scene->nova.home) {
		error_set(err, ERROR_REFUSED, "the hosts are of different cells: '%s' is in '%s', others are in '%s'",
		    host->subject.host, host->nova.home->cell->name, scene->nova.home->cell->name);
		return error_hint(err, "one run a cell: name the hosts of one of them");
	}
	scene->nova.home = host->nova.home;
	scene->nova.columns = host->nova.columns;
	scene->nova.builder_version = host->nova.builder_version;
	return 0;
}

static void take_moves(struct scene *scene)
{
	struct subject *all = &scene->subject;

	EACH_HOST(h, scene)
	{
		all->move = xreallocarray(all->move, all->nmove + h->subject.nmove + 1, sizeof *all->move);
		if (h->subject.nmove)
			memcpy(all->move + all->nmove, h->subject.move, h->subject.nmove * sizeof *all->move);
		all->nmove += h->subject.nmove;
	}
}

static void take_cluster_facts(struct scene *scene)
{
	struct cinder_facts *all = &scene->cinder;

	EACH_HOST(h, scene)
	for (size_t i = 0; i < h->cinder.ncluster_fact; i++) {
		all->cluster_fact = vec_grow(all->cluster_fact, all->ncluster_fact, &all->cluster_fact_cap,
		    sizeof *all->cluster_fact);
		all->cluster_fact[all->ncluster_fact++] = h->cinder.cluster_fact[i];
	}
}

void scene_join_candidates(struct scene *scene)
{
	struct subject *all = &scene->subject;
	size_t n = 0;

	if (!scene->each)
		return;
	EACH_HOST(h, scene)
	n += h->subject.ncandidate;
	all->candidate = arena_alloc(&scene->arena, (n + 1) * sizeof *all->candidate);
	all->ncandidate = 0;
	EACH_HOST(h, scene)
	{
		if (h->subject.ncandidate)
			memcpy(all->candidate + all->ncandidate, h->subject.candidate,
			    h->subject.ncandidate * sizeof *all->candidate);
		all->ncandidate += h->subject.ncandidate;
	}
	scene_sort_candidates(scene);
}

int scene_join(struct scene *scene, struct error *err)
{
	bool evacuates = false, known = true;

	for (size_t i = 0; i < scene->neach; i++)
		if (take_home(scene, &scene->each[i], err) != 0)
			return -1;
	put_behind(scene);
	take_moves(scene);
	take_cluster_facts(scene);
	EACH_HOST(h, scene)
	{
		h->placing = scene->placing;
		scene_note_moved(h, scene);
		evacuates |= h->subject.evacuates;
		known &= h->neutron.known;
	}
	scene->subject.evacuates = evacuates;
	scene->neutron.known = known;
	scene_join_candidates(scene);
	return 0;
}

json_object *scene_hosts_json(const struct scene *scene)
{
	json_object *list = json_object_new_array(), *one;

	EACH_HOST_OF(h, scene)
	{
		one = json_object_new_object();
		put_text(one, "host", h->subject.host);
		put(one, "power", scene_power_json(h));
		put(one, "storage", h->subject.evacuates ? scene_storage_json(h) : NULL);
		json_object_array_add(list, one);
	}
	return list;
}
