/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"

#include <stdlib.h>

void evacuations_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		free(plan->unit[i].evacuation);
}

bool evacuation_was_cast(const struct unit *unit)
{
	return unit->evacuation && unit->evacuation->cast;
}

const char *evacuation_outcome(const struct unit *unit)
{
	static const char *const text[] = { "not begun", "under way", "unknown", "done", "failed", "timeout" };

	return text[unit->evacuation ? unit->evacuation->phase : PHASE_WAITING];
}
