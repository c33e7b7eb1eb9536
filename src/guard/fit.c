/* SPDX-License-Identifier: Apache-2.0 */
#include "find/fit.h"
#include "internal.h"

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

void guard_no_capacity(const struct guard *self, const struct scene *scene, struct findings *out)
{
	struct rooms rooms;

	(void)self;
	if (!scene->nova.home || (scene->request->what.target_host && scene->nova.target_cell != scene->nova.home))
		return;
	rooms_make(scene, &rooms);
	if (!scene->request->what.target_host && !any_open(&rooms)) { /* target-down says it, and stops the run */
		rooms_free(&rooms);
		return;
	}
	guard_place(scene, &rooms, out);
	rooms_free(&rooms);
}
