/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "evacuate/evacuate.h"
#include "recovery_internal.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Reserved hosts that a run has enabled and could not disable again: its recovery does it, as soon as nothing is on its way. */

static size_t find_unit(const struct plan *plan, enum unit_kind kind)
{
	size_t i = 0;

	while (i < plan->nunit && plan->unit[i].kind != kind)
		i++;
	return i;
}

/* The journal has the rows of a unit with its intent alone: they are those of the other one, exchanged. */
static void take_rows(struct unit *release, const struct unit *reserve)
{
	for (const struct step *was = reserve->step; was < reserve->step + reserve->nstep; was++) {
		struct step *step = unit_step(release, STEP_RELEASE, was->id, was->name);

		memcpy(step->before, was->after, sizeof step->before);
		memcpy(step->after, was->before, sizeof step->after);
	}
}

int recover_reserve(struct recovery *r, struct error *err)
{
	struct plan *plan = &r->work.plan;
	size_t reserve = find_unit(plan, UNIT_RESERVE), release = find_unit(plan, UNIT_RELEASE);

	if (release == plan->nunit || reserve == plan->nunit || r->past.unit[release].begun || !reserve_open_in(plan))
		return 0;
	if (reserve_awaited(plan) > 0) {
		log_warn(
		    "the reserved hosts stay enabled until what is under way has ended; next: evac-manage journal recover %s",
		    r->past.run);
		r->held = true;
		return 0;
	}
	if (plan->unit[release].nstep == 0) /* else who died wrote them, and not the intent behind them */
		take_rows(&plan->unit[release], &plan->unit[reserve]);
	CRASH_POINT("recover_reserve_before_intent");
	if (!r->request->how.dry_run &&
	    journal_intent(r->work.journal, release, &plan->unit[release], r->past.unit[reserve].where, err) != 0)
		return -1;
	CRASH_POINT("recover_reserve_after_intent");
	r->past.unit[release].where = r->past.unit[reserve].where;
	r->nverdict[VERDICT_NOT_DONE]--;
	return recover_judge(r, release, err);
}
