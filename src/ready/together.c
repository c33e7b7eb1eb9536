/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/mem.h"

/* Those that die together, and the instances of one cell that are left to be placed. */
struct together {
	struct ready_host *const *host;
	size_t nhost;
	struct words names;
	struct placing {
		const struct candidate *c;
		const char **to;
		const struct finding *doubt;
	} * v;
	size_t n, cap;
};

static int most_memory_first(const void *one, const void *other)
{
	const struct candidate *a = ((const struct placing *)one)->c, *b = ((const struct placing *)other)->c;

	if (a->needs.memory_mb != b->needs.memory_mb)
		return a->needs.memory_mb < b->needs.memory_mb ? 1 : -1;
	return a->instance->id < b->instance->id ? -1 : 1;
}

/* What each is refused for alone stays, also what its whole host is; only of room there is less now. */
static void gather(struct together *t, const struct cell_facts *cell, struct ready_answer *out)
{
	t->n = 0;
	for (size_t i = 0; i < t->nhost; i++) {
		const struct ready_host *h = t->host[i];
		const struct subject *s = &h->scene.subject;

		if (h->cell != cell)
			continue;
		out->instances += s->ncandidate;
		for (const struct candidate *c = s->candidate; c < s->candidate + s->ncandidate; c++) {
			const struct finding *f = ready_against(h, c->instance->uuid);

			if (f && strcmp(f->code, "no-capacity") != 0) {
				ready_add_reason(out, f, true);
				continue;
			}
			t->v = vec_grow(t->v, t->n, &t->cap, sizeof *t->v);
			t->v[t->n++] = (struct placing){ c, &h->to_together[c - s->candidate],
				ready_doubt(h, c->instance->uuid) };
		}
	}
	vec_sort(t->v, t->n, sizeof *t->v, most_memory_first);
}

static void pack(struct together *t, const struct cell_facts *cell, struct scene *common, struct arena *arena,
    struct ready_answer *out)
{
	const struct candidate **left = xcalloc(t->n, sizeof *left);
	auto_str struct str why = { 0 }, help = { 0 };
	const struct room *room;
	const char *missing;
	struct scene scene;
	struct rooms rooms;
	size_t nleft = 0;

	scene_borrow(&scene, common);
	scene.nova.home = cell;
	rooms_make_without(&scene, &t->names, &rooms);
	for (size_t i = 0; i < t->n; i++) {
		str_clear(&why);
		str_clear(&help);
		room = rooms_place(&rooms, &scene, t->v[i].c, &why, &help);
		*t->v[i].to = room ? room->host : NULL;
		if (room && t->v[i].doubt)
			ready_add_reason(out, t->v[i].doubt, true);
		if (room) {
			*(t->v[i].doubt ? &out->unknown : &out->could) += 1;
			continue;
		}
		ready_add_reason(out,
		    &(const struct finding){ .code = "no-capacity",
			.part = rooms.obstacle,
			.message = arena_dup(arena, why.s),
			.hint = arena_dup(arena, help.s) },
		    true);
		left[nleft++] = t->v[i].c;
	}
	ready_add_places(out, &rooms);
	missing = ready_missing(&scene, left, nleft, arena);
	if (missing)
		out->missing = out->missing ? arena_printf(arena, "%s, %s", out->missing, missing) : missing;
	rooms_free(&rooms);
	free(left);
	scene_give_back(&scene, common);
}

void ready_together(struct ready_host *const *host, size_t n, struct scene *common, struct arena *arena,
    struct ready_answer *out)
{
	struct together t = { .host = host, .nhost = n, .names = { .v = xcalloc(n + 1, sizeof *t.names.v), .n = n } };

	*out = (struct ready_answer){ 0 };
	for (size_t i = 0; i < n; i++)
		t.names.v[i] = host[i]->host;
	for (size_t i = 0; i < n; i++)
		out->unseen += host[i]->unseen;
	for (size_t i = 0; i < common->nova.ncell; i++) {
		gather(&t, &common->nova.cell[i], out);
		if (t.n > 0)
			pack(&t, &common->nova.cell[i], common, arena, out);
	}
	ready_sort(out);
	auto_free_(&t.names.v);
	free(t.v);
}
