/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/order.h"

#include <string.h>

#include "plan/evacuation.h"
#include "util/mem.h"
#include "util/str.h"

static size_t find_kind(struct order *o, const struct kind *kind)
{
	size_t k = 0;

	while (k < o->nkind && !kind_equal(&o->kind[k], kind))
		k++;
	if (k == o->nkind)
		o->kind[o->nkind++] = *kind;
	return k;
}

/* ---- where they go */

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* From 1; 0: no name, or more of them than there can be. Those of the plan are found by halving. */
static size_t find_target(struct order *o, const char *name)
{
	const char *const *found;
	size_t t;

	if (!name || !*name)
		return 0;
	found = vec_search(&name, o->target + 1, o->nsorted, sizeof *o->target, compare_names);
	if (found)
		return (size_t)(found - o->target);
	for (t = o->nsorted + 1; t <= o->ntarget && strcmp(o->target[t], name) != 0;)
		t++;
	if (t <= o->ntarget)
		return t;
	if (o->ntarget == 2 * o->nunit)
		return 0;
	o->target[++o->ntarget] = arena_dup(&o->arena, name);
	return o->ntarget;
}

/* Of those under way alone it may be another one than was planned. */
static size_t target_of(struct order *o, const struct plan *plan, size_t unit)
{
	const struct evacuation *e = plan->unit[unit].evacuation;

	return o->stage[unit] == STAGE_UNDER_WAY && e->dest ? find_target(o, e->dest) : o->planned[unit];
}

static bool has_place(const struct order *o, size_t unit)
{
	size_t target = o->target_of[unit];

	return o->per_target == 0 || target == 0 || o->on_target[target] < o->per_target;
}

static void sort_planned(struct order *o, const char **planned)
{
	const char **name = o->target + 1;
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < o->nunit; i++)
		if (planned[i] && *planned[i])
			name[n++] = planned[i];
	vec_sort(name, n, sizeof *name, compare_names);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(name[kept - 1], name[i]) != 0)
			name[kept++] = name[i];
	for (size_t i = 0; i < kept; i++)
		name[i] = arena_dup(&o->arena, name[i]);
	o->ntarget = o->nsorted = kept;
}

static void begin_targets(struct order *o, const struct limits *limits)
{
	o->per_target = limits ? limits->per_target : 0;
	o->target = arena_alloc(&o->arena, (2 * o->nunit + 1) * sizeof *o->target);
	o->on_target = arena_alloc(&o->arena, (2 * o->nunit + 1) * sizeof *o->on_target);
	o->target_of = arena_alloc(&o->arena, (o->nunit + 1) * sizeof *o->target_of);
	o->planned = arena_alloc(&o->arena, (o->nunit + 1) * sizeof *o->planned);
	if (limits && limits->planned)
		sort_planned(o, limits->planned);
	for (size_t i = 0; limits && limits->planned && i < o->nunit; i++)
		o->target_of[i] = o->planned[i] = find_target(o, limits->planned[i]);
}

/* ---- */

/* Most of a plan's first ones have begun when its last ones wait. */
static void pass_begun(struct order *o)
{
	while (o->first < o->nunit && o->stage[o->first] != STAGE_WAITING)
		o->first++;
}

static void take_kind_tally(struct order *o)
{
	o->under_way = o->first = 0;
	pass_begun(o);
	for (size_t k = 0; k < o->nkind; k++)
		o->tally[k] = (struct kind_tally){ 0 };
	for (size_t g = 0; g <= o->ngroup; g++)
		o->busy[g] = 0;
	for (size_t t = 0; t <= o->ntarget; t++)
		o->on_target[t] = 0;
	for (size_t i = 0; i < o->nunit; i++) {
		struct kind_tally *t = &o->tally[o->kind_of[i]];
		bool awaited = !o->overdue[i];

		t->shown |= o->stage[i] == STAGE_LANDED;
		t->waiting += o->stage[i] == STAGE_WAITING;
		t->under_way += awaited && o->stage[i] == STAGE_UNDER_WAY;
		t->arrived += awaited && o->stage[i] == STAGE_ARRIVED;
		o->under_way += awaited && o->stage[i] == STAGE_UNDER_WAY;
		o->busy[o->group_of[i]] += o->stage[i] == STAGE_UNDER_WAY;
		o->on_target[o->target_of[i]] += awaited && o->stage[i] == STAGE_UNDER_WAY;
	}
}

/* What take_kind_tally() would say of it then. */
static void begin_waiting(struct order *o, size_t i)
{
	struct kind_tally *t = &o->tally[o->kind_of[i]];
	bool awaited = !o->overdue[i];

	o->stage[i] = STAGE_UNDER_WAY;
	t->waiting--;
	t->under_way += awaited;
	o->under_way += awaited;
	o->busy[o->group_of[i]]++;
	o->on_target[o->target_of[i]] += awaited;
	pass_begun(o);
}

/* The compute refuses a member of such a group beside as many as its rules allow. */
static const char *exclusive_group(const struct candidate *c)
{
	return c->group.exists && str_equal(c->group.policy, "anti-affinity") ? c->group.uuid : NULL;
}

/* From 1, each as the first of its members has it. */
static size_t find_group(struct order *o, const struct plan *plan, size_t unit)
{
	const char *group = exclusive_group(plan->unit[unit].candidate);

	if (!group)
		return 0;
	for (size_t i = 0; i < unit; i++)
		if (o->group_of[i] && str_equal(exclusive_group(plan->unit[i].candidate), group))
			return o->group_of[i];
	return ++o->ngroup;
}

void order_begin(struct order *o, const struct plan *plan, const struct limits *limits)
{
	struct kind kind;

	*o = (struct order){ .nunit = plan->nunit };
	o->kind_of = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->kind_of);
	o->stage = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->stage);
	o->kind = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->kind);
	o->tally = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->tally);
	o->phase_of = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->phase_of);
	o->overdue = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->overdue);
	o->group_of = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->group_of);
	o->busy = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->busy);
	begin_targets(o, limits);
	for (size_t i = 0; i < plan->nunit; i++) {
		if (plan->unit[i].kind != UNIT_EVACUATION)
			continue;
		kind_of_unit(&plan->unit[i], &o->arena, &kind);
		o->kind_of[i] = find_kind(o, &kind);
		o->stage[i] = STAGE_WAITING;
		o->phase_of[i] = plan->unit[i].phase;
		o->group_of[i] = find_group(o, plan, i);
	}
	take_kind_tally(o);
	order_open_phase(o, plan);
}

bool order_open_phase(struct order *o, const struct plan *plan)
{
	size_t next = o->phase + 1;

	while (next <= plan->nphase && plan_count_phase(plan, next) == 0)
		next++;
	if (next > plan->nphase)
		return false;
	for (size_t i = 0; i < o->nunit; i++)
		o->overdue[i] |= o->stage[i] == STAGE_UNDER_WAY || o->stage[i] == STAGE_ARRIVED;
	o->phase = next;
	take_kind_tally(o);
	return true;
}

static enum stage stage_of(const struct unit *unit, int64_t now_ms)
{
	if (evacuation_waits_for_network(unit, now_ms) && !evacuation_network_is_late(unit, now_ms))
		return STAGE_ARRIVED;
	return evacuation_is_waiting(unit)  ? STAGE_WAITING :
	    evacuation_is(unit, PHASE_SENT) ? STAGE_UNDER_WAY :
	    evacuation_has_landed(unit)     ? STAGE_LANDED :
					      STAGE_OUT;
}

void order_look(struct order *o, const struct plan *plan, int64_t now_ms)
{
	for (size_t i = 0; i < o->nunit; i++) {
		o->stage[i] = stage_of(&plan->unit[i], now_ms);
		o->target_of[i] = target_of(o, plan, i);
	}
	take_kind_tally(o);
}

void order_free(struct order *o)
{
	arena_free(&o->arena);
	*o = (struct order){ 0 };
}

bool order_has_first(const struct order *o)
{
	for (size_t k = 0; k < o->nkind; k++)
		if (!o->tally[k].shown && o->tally[k].under_way + o->tally[k].arrived > 0)
			return true;
	return false;
}

size_t order_firsts(const struct order *o)
{
	size_t n = 0;

	for (size_t k = 0; k < o->nkind; k++)
		n += !o->tally[k].shown && o->tally[k].under_way + o->tally[k].arrived == 0 && o->tally[k].waiting > 0;
	return n;
}

static bool has_shown(const struct order *o)
{
	for (size_t k = 0; k < o->nkind; k++)
		if (o->tally[k].shown)
			return true;
	return false;
}

static bool any_waits(const struct order *o, bool shown)
{
	for (size_t k = 0; k < o->nkind; k++)
		if (o->tally[k].shown == shown && o->tally[k].waiting > 0)
			return true;
	return false;
}

/* A plan has them in the order of their phases: what an earlier one was left with goes before this one's. */
static size_t first_waiting(const struct order *o, bool shown)
{
	if (!any_waits(o, shown))
		return ORDER_NONE;
	for (size_t i = o->first; i < o->nunit; i++)
		if (o->stage[i] == STAGE_WAITING && o->phase_of[i] <= o->phase && o->tally[o->kind_of[i]].shown == shown &&
		    (!o->group_of[i] || o->busy[o->group_of[i]] == 0) && has_place(o, i))
			return i;
	return ORDER_NONE;
}

/* Firsts go before the rest: what they say is worth more the earlier it is known, and at the end each would run alone. */
size_t order_next(const struct order *o, size_t window)
{
	size_t first = ORDER_NONE, rest;

	if (o->under_way >= window)
		return ORDER_NONE;
	if (!order_has_first(o) && (o->under_way == 0 || has_shown(o)))
		first = first_waiting(o, false);
	rest = first_waiting(o, true);
	if (first == ORDER_NONE || rest == ORDER_NONE)
		return first != ORDER_NONE ? first : rest;
	return o->phase_of[first] <= o->phase_of[rest] ? first : rest;
}

size_t order_next_after(struct order *o, size_t i, size_t window)
{
	o->stage[i] = STAGE_UNDER_WAY;
	take_kind_tally(o);
	return order_next(o, window);
}

void order_waves(const struct plan *plan, const struct limits *limits, int64_t *wave)
{
	struct order o;
	int64_t n = 1;
	bool begun;
	size_t i;

	order_begin(&o, plan, limits);
	for (i = 0; i < o.nunit; i++)
		wave[i] = 0;
	do {
		begun = false;
		while ((i = order_next(&o, limits->window)) != ORDER_NONE) {
			begin_waiting(&o, i);
			wave[i] = n;
			begun = true;
		}
		for (i = 0; i < o.nunit; i++)
			o.stage[i] = o.stage[i] == STAGE_UNDER_WAY ? STAGE_LANDED : o.stage[i];
		take_kind_tally(&o);
		n += begun;
	} while (begun || order_open_phase(&o, plan));
	order_free(&o);
}
