/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/fit.h"
#include "internal.h"
#include "util/lang.h"

static bool any_open(const struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++)
		if (!rooms->v[i].closed)
			return true;
	return false;
}

/* In the plan's order, so that what comes first takes its room first; what --limit leaves for later takes none. */
void guard_place(const struct scene *scene, struct rooms *rooms, struct findings *out)
{
	const struct guard *self = guard_find("no-capacity");
	auto_str struct str why = { 0 }, help = { 0 };
	int64_t placed = 0;

	EACH_WANTED(c, scene) {
		if (findings_skip(out, c->instance->uuid) ||
		    (scene->request->what.limit > 0 && placed >= scene->request->what.limit))
			continue;
		str_clear(&why);
		str_clear(&help);
		placed++;
		if (rooms_place(rooms, scene, c, &why, &help))
			continue;
		placed--;
		guard_found(self, scene, out, c->instance->uuid, help.s, "%s fits on no host: %s",
		    str_or(c->instance->name, c->instance->uuid), why.s);
		out->v[out->n - 1].part = rooms->obstacle;
	}
}

/* Left out by nothing, or for want of room alone. */
static size_t gather_to_place(const struct scene *scene, const struct findings *found, const struct candidate **out)
{
	size_t n = 0;

	EACH_WANTED(c, scene) {
		const struct finding *f = findings_skip(found, c->instance->uuid);

		if (!f || strcmp(f->code, "no-capacity") == 0)
			out[n++] = c;
	}
	return n;
}

/* That one order of placing does not fit says nothing of another one; this does. Of one host no-capacity has each instance. */
void guard_capacity_bound(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_free const struct candidate **c = xcalloc(scene->subject.ncandidate + 1, sizeof *c);
	auto_str struct str why = { 0 };
	struct rooms rooms;
	size_t n, left;

	if (!scene->each || !scene->nova.home || scene->request->what.limit > 0)
		return;
	n = gather_to_place(scene, out, c);
	rooms_make(scene, &rooms);
	left = rooms_short(&rooms, scene, c, n, &why);
	if (left > 0)
		guard_found(self, scene, out, NULL, NULL,
		    "at least %zu of %zu instances fit nowhere, however they are placed: %s", left, n, why.s);
	rooms_free(&rooms);
}

#define HOSTS_NAMED 5

/* Of the hosts that could take it those that placement does not have in its zone, with their aggregates. */
static void add_unmirrored(const struct rooms *rooms, const struct candidate *c, struct str *out)
{
	size_t n = 0;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!r->closed && !r->absent && room_is_unmirrored(r, c) && n++ < HOSTS_NAMED)
			str_addf(out, _("%s'%s' (aggregate '%s')"), out->n ? ", " : "", r->host, r->unmirrored->aggregate);
	if (n > HOSTS_NAMED)
		str_addf(out, _(" and %zu more"), n - HOSTS_NAMED);
}

/* Where it is certain that the scheduler asks placement they are no room for it (no-capacity). */
void guard_zone_not_in_placement(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str why = { 0 }, hosts = { 0 };
	const struct room *room;
	struct rooms rooms;

	if (scene->placing.zones_asked != ZONES_PERHAPS_ASKED || scene->placing.nunmirrored == 0 ||
	    scene->request->what.force || !scene->nova.home)
		return;
	rooms_make(scene, &rooms);
	EACH_TAKEN(t, scene, out) {
		room = rooms_place(&rooms, scene, t.c, &why, &hosts);
		if (!room || !room_is_unmirrored(room, t.c))
			continue;
		str_clear(&hosts);
		add_unmirrored(&rooms, t.c, &hosts);
		guard_found(self, scene, out, t.c->instance->uuid, NULL,
		    "%s fits only on hosts that placement does not have in availability zone '%s': %s",
		    str_or(t.c->instance->name, t.c->instance->uuid), t.c->spec_facts.zone, hosts.s);
	}
	rooms_free(&rooms);
}

void guard_no_capacity(const struct guard *self, const struct scene *scene, struct findings *out)
{
	struct rooms rooms;

	(void)self;
	if (!scene->nova.home || (scene->request->what.target_host && scene->nova.target_cell != scene->nova.home))
		return;
	rooms_make(scene, &rooms);
	if (!scene->request->what.target_host && scene->request->what.spread.n == 0 &&
	    !any_open(&rooms)) { /* target-down says it, and stops the run */
		rooms_free(&rooms);
		return;
	}
	guard_place(scene, &rooms, out);
	rooms_free(&rooms);
}
