/* SPDX-License-Identifier: Apache-2.0 */
#include "find/fit.h"
#include "plan/plan.h"
#include "util/mem.h"
#include "util/str.h"

/* Which evacuations name their host. The scheduler knows more than we do and chooses well where there is room for all; where
 * there is not, its weighers, which look at one instance at a time, put small ones where a large one would have to go. */

/* Those of the plan in the order in which the guards have placed them, so that the same ones fit. */
static size_t gather_units(struct plan *plan, const struct scene *scene, size_t first, struct unit **unit)
{
	const struct candidate *all = scene->subject.candidate;
	struct unit **of = xcalloc(scene->subject.ncandidate + 1, sizeof *of);
	size_t n = 0;

	for (size_t i = first; i < plan->nunit; i++)
		if (plan->unit[i].kind == UNIT_EVACUATION)
			of[plan->unit[i].candidate - all] = &plan->unit[i];
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (of[i])
			unit[n++] = of[i];
	free(of);
	return n;
}

/* What only the scheduler knows a host for is left to it. */
static bool is_reckoned(const struct needs *needs)
{
	return needs->known && !needs->numa && !needs->pinned && !needs->mixed && needs->nunreckoned == 0 &&
	    !needs->bandwidth_port && !needs->extended_port && !needs->accelerator_port && !needs->vdpa_port &&
	    !needs->device_profile;
}

static void name_hosts_of(struct unit *const *unit, size_t n, const struct scene *scene, struct rooms *rooms)
{
	auto_str struct str why = { 0 }, help = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct room *room = rooms_place(rooms, scene, unit[i]->candidate, &why, &help);

		if (room && (scene->request->what.spread.n > 0 || room->reserve || is_reckoned(&unit[i]->candidate->needs)))
			unit[i]->step[0].after[0] = room->host;
		str_clear(&why);
		str_clear(&help);
	}
}

void plan_name_hosts(struct plan *plan, const struct scene *scene, size_t first)
{
	auto_free struct unit **unit = xcalloc(plan->nunit - first + 1, sizeof *unit);
	auto_free const struct candidate **c = xcalloc(plan->nunit - first + 1, sizeof *c);
	const bool decides = scene->request->what.spread.n > 0 || scene->placing.nopened > 0;
	struct rooms rooms;
	size_t n;

	if (scene->request->what.target_host || !scene->nova.home || (!decides && scene->placing.inventories.n == 0))
		return;
	n = gather_units(plan, scene, first, unit);
	for (size_t i = 0; i < n; i++)
		c[i] = unit[i]->candidate;
	rooms_make(scene, &rooms);
	if (decides || rooms_spare(&rooms, scene, c, n) < n)
		name_hosts_of(unit, n, scene, &rooms);
	rooms_free(&rooms);
}
