/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan/plan.h"
#include "util/lang.h"
#include "util/mem.h"

/* Which evacuations go before which. */

struct ranked {
	struct unit unit;
	size_t at;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int rc = rank_compare(&x->unit.candidate->rank, &y->unit.candidate->rank);

	return rc ? rc : (x->at > y->at) - (x->at < y->at);
}

void plan_sort_phases(struct plan *plan, size_t first)
{
	size_t n = plan->nunit - first;
	struct ranked *ranked = xcalloc(n, sizeof *ranked);

	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){ plan->unit[first + i], i };
	vec_sort(ranked, n, sizeof *ranked, compare_ranked);
	for (size_t i = 0; i < n; i++)
		plan->unit[first + i] = ranked[i].unit;
	free(ranked);
}

void plan_name_phases(struct plan *plan, size_t first, const struct scene *scene)
{
	const struct rank *rank, *last = NULL;

	plan->phase = arena_alloc(&plan->arena, (plan->nunit - first + 1) * sizeof *plan->phase);
	plan->nphase = 0;
	for (size_t i = first; i < plan->nunit; i++, last = rank) {
		rank = &plan->unit[i].candidate->rank;
		if (!last || rank_compare(last, rank) != 0)
			plan->phase[plan->nphase++] = rank_name(&scene->world->site.order, rank, &plan->arena);
		plan->unit[i].phase = plan->nphase;
	}
	for (size_t i = first; i < plan->nunit && plan->nphase > 1; i++)
		plan->unit[i].sentence = arena_printf(&plan->arena, _("%s; phase %zu of %zu (%s)"), plan->unit[i].sentence,
		    plan->unit[i].phase, plan->nphase, plan->phase[plan->unit[i].phase - 1]);
}

size_t plan_count_phase(const struct plan *plan, size_t phase)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].kind == UNIT_EVACUATION && plan->unit[i].phase == phase;
	return n;
}
