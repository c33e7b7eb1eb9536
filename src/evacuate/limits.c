/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/limits.h"

#include <stdlib.h>

#include "evacuate/width.h"
#include "find/fit.h"
#include "util/mem.h"

static size_t count_usable(const struct rooms *rooms)
{
	size_t n = 0;

	for (size_t i = 0; i < rooms->n; i++)
		n += rooms->v[i].closed == ROOM_OPEN && rooms->v[i].absent == ROOM_THERE;
	return n;
}

static void plan_targets(const struct scene *scene, const struct plan *plan, struct rooms *rooms, const char **planned)
{
	auto_str struct str why = { 0 }, help = { 0 };

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct room *room;

		if (plan->unit[i].kind != UNIT_EVACUATION || !plan->unit[i].candidate)
			continue;
		str_clear(&why);
		str_clear(&help);
		room = rooms_place(rooms, scene, plan->unit[i].candidate, &why, &help);
		planned[i] = room ? room->host : scene->request->what.target_host;
	}
}

static size_t count_evacuations(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].kind == UNIT_EVACUATION;
	return n;
}

static void find_targets(const struct scene *scene, const struct plan *plan, struct limits *out)
{
	struct rooms rooms;

	if (!scene->nova.home)
		return;
	rooms_make(scene, &rooms);
	out->targets = count_usable(&rooms) > 1 ? count_usable(&rooms) : 1;
	if (out->per_target > 0)
		plan_targets(scene, plan, &rooms, out->planned);
	rooms_free(&rooms);
}

/* Where a target is not known before the scheduler has chosen: no more in all than all of them may have. */
static size_t bounded(const struct limits *limits, size_t window)
{
	size_t all = limits->per_target * limits->targets;

	return limits->per_target > 0 && window > all ? all : window;
}

static int64_t first_given(int64_t option, int64_t key)
{
	return option > 0 ? option : key;
}

void limits_make(const struct request *request, const struct scene *scene, const struct plan *plan, struct limits *out)
{
	const struct pace_config none = { 0 },
				 *config = scene->world ? &scene->world->site.pace : &none; /* of a run that ended early */
	size_t window = (size_t)first_given(request->how.max_in_flight, config->max_in_flight);
	struct width width;

	*out = (struct limits){ .measured = window == 0,
		.per_target = (size_t)first_given(request->how.max_per_target, config->max_per_target),
		.targets = 1,
		.planned = xcalloc(plan->nunit + 1, sizeof *out->planned) };
	if (out->measured && out->per_target == 0)
		out->per_target = WIDTH_PER_TARGET;
	find_targets(scene, plan, out);
	width_begin(&width, out->targets, count_evacuations(plan), out->per_target);
	out->window = out->measured ? width.now : bounded(out, window);
}

void limits_free(struct limits *limits)
{
	free(limits->planned);
	*limits = (struct limits){ 0 };
}
