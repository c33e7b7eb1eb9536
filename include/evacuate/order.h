/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_ORDER_H
#define EVACUATE_ORDER_H

#include "evacuate/limits.h"
#include "plan/kind.h"

/* Which instance may be begun next. The first of each kind goes alone, so that an outage that nobody knows of costs one
 * instance in ERROR and not as many as are under way at once:
 *   - until one has landed, it is the only one under way;
 *   - then the first of every other kind goes beside those of kinds of which one has landed, one first at a time: two kinds may
 *     need the same service, and it would fail both;
 *   - a kind whose first has landed fills the window; one whose first has failed is left (wave.c).
 * A first that nova has done is waited for as if it were under way until its network is ready, no longer than an agent takes:
 * then the others go all the same (plan/evacuation.h: evacuation_network_is_late). To be without network on a live host is no
 * worse than to be on a dead one, and the port becomes ACTIVE there as soon as its agent reports; after five such in a row no
 * more are begun. What was never cast says nothing about its kind: the next one of it goes first.
 *
 * The plan's phases come before that: what is of a later one waits until order_open_phase() lets it in. What is still under way
 * then is overdue, and nothing waits for it any more: neither a place in the window nor its kind.
 *
 * Members of one anti-affinity group are never under way together: the scheduler sees where they are, not where they are going
 * (nova scheduler/filters/affinity_filter.py), would give both the same host, and the compute would fail the second one
 * (compute/manager.py: _validate_instance_group_policy). Of a soft one nobody fails.
 *
 * A target host has no more under way than its limit: an instance counts where nova's migration says that it goes, and before
 * the scheduler has chosen, where the plan would place it. Whoever is planned for a host without a place waits, and others go.
 */

/* OUT: no evacuation, failed, or left out; ARRIVED: nova has done it, and its network is not ready, nor late. */
enum stage { STAGE_OUT, STAGE_WAITING, STAGE_UNDER_WAY, STAGE_ARRIVED, STAGE_LANDED };

struct kind_tally {
	bool shown; /* one has landed */
	size_t under_way, arrived, waiting;
};
struct order {
	size_t nunit, nkind;
	size_t *kind_of;   /* by unit: into kind; of what is no evacuation 0 */
	enum stage *stage; /* by unit */
	size_t first;      /* none before it waits */
	struct kind *kind;
	struct kind_tally *tally; /* by kind */
	size_t under_way;
	size_t *phase_of;        /* by unit, from 1; 0 where there are no phases */
	size_t phase;            /* those up to this one may be begun */
	bool *overdue;           /* by unit */
	size_t *group_of;        /* by unit: into busy; 0: of no such group */
	size_t ngroup, *busy;    /* members under way, overdue or not */
	size_t per_target;       /* 0: no limit */
	const char **target;     /* names, from 1, as far as any was seen; the scene's and the evacuations' */
	size_t ntarget, nsorted; /* the planned ones come first, by name */
	size_t *planned;         /* by unit: into target; 0: not known */
	size_t *target_of;       /* the same, as nova has it */
	size_t *on_target;       /* by target: under way */
	struct arena arena;
};
/* Every instance waits. ${limits}: of their targets; NULL: there are none. It need not live on, its texts must. */
void order_begin(struct order *order, const struct plan *plan, const struct limits *limits);
/* How far each is at ${now_ms}, by our clock. */
void order_look(struct order *order, const struct plan *plan, int64_t now_ms);
void order_free(struct order *order);

/* The next phase that has an instance may begin; what is under way is overdue. False: there is none. */
bool order_open_phase(struct order *order, const struct plan *plan);

#define ORDER_NONE SIZE_MAX
/* The unit that may be begun now with at most ${window} under way; ORDER_NONE. */
size_t order_next(const struct order *order, size_t window);
/* The same when ${i} is under way, too; what order_look() has seen is changed by that. */
size_t order_next_after(struct order *order, size_t i, size_t window);
/* How many firsts wait, each for the one before it. */
size_t order_firsts(const struct order *order);
/* Is the first of its kind under way, or waited for? */
bool order_has_first(const struct order *order);

/* For a plan: with whom each unit is begun if all land, from 1; 0 for what is no evacuation. */
void order_waves(const struct plan *plan, const struct limits *limits, int64_t *wave);

#endif
