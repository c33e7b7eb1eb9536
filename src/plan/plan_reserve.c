/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/reserve.h"
#include "plan/plan.h"
#include "util/lang.h"
#include "util/str.h"

/* Reserved hosts are enabled before the first evacuation and disabled again behind the last one, each in a transaction of its
 * own: who dies between them leaves the second one to its recovery. */

static size_t count_going_to(const struct plan *plan, const char *host)
{
	size_t n = 0;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		n += u->kind == UNIT_EVACUATION && str_equal(u->step[0].after[0], host);
	return n;
}

static void add_reserve_step(struct plan *plan, struct unit *unit, const struct nova_service *s, bool enables)
{
	const char *const kept[] = { "1", s->disabled_reason, "0" }, *const taken[] = { "0", RESERVE_MARK, "0" };
	struct step *step = unit_step(unit, enables ? STEP_RESERVE : STEP_RELEASE,
	    arena_printf(&plan->arena, "%lld", (long long)s->id), arena_printf(&plan->arena, "%s %s", s->binary, s->host));

	memcpy(step->before, enables ? kept : taken, sizeof step->before);
	memcpy(step->after, enables ? taken : kept, sizeof step->after);
}

static void put_before_evacuations(struct plan *plan)
{
	struct unit last = plan->unit[plan->nunit - 1];
	size_t i = 0;

	while (plan->unit[i].kind != UNIT_EVACUATION)
		i++;
	memmove(plan->unit + i + 1, plan->unit + i, (plan->nunit - 1 - i) * sizeof *plan->unit);
	plan->unit[i] = last;
}

static struct unit *add_reserve_unit(struct plan *plan, const struct scene *scene, bool enables)
{
	struct unit *unit = plan_unit(plan, enables ? UNIT_RESERVE : UNIT_RELEASE);
	auto_str struct str hosts = { 0 };

	for (size_t i = 0; i < scene->placing.nopened; i++) {
		const struct nova_service *s = scene->placing.opened[i];
		size_t n = count_going_to(plan, s->host);

		if (n == 0)
			continue;
		add_reserve_step(plan, unit, s, enables);
		str_addf(&hosts, "%s%s", hosts.n ? ", " : "", s->host);
		if (enables)
			str_addf(&hosts,
			    n == 1 ? _(" for %zu instance (disabled: %s)") : _(" for %zu instances (disabled: %s)"), n,
			    str_or(s->disabled_reason, _("no reason given")));
	}
	unit->sentence = enables ?
	    arena_printf(&plan->arena, _("enable nova-compute on reserved host %s"), str_or(hosts.s, "")) :
	    arena_printf(&plan->arena, _("disable nova-compute on reserved host %s again"), str_or(hosts.s, ""));
	return unit;
}

void plan_reserve(struct plan *plan, const struct scene *scene)
{
	if (scene->placing.nopened == 0)
		return;
	if (add_reserve_unit(plan, scene, true)->nstep == 0) {
		plan->nunit--;
		return;
	}
	put_before_evacuations(plan);
	add_reserve_unit(plan, scene, false);
}
