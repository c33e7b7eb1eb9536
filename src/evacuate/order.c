/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/order.h"

#include "plan/evacuation.h"
#include "util/mem.h"

static size_t find_kind(struct order *o, const struct kind *kind)
{
	size_t k = 0;

	while (k < o->nkind && !kind_equal(&o->kind[k], kind))
		k++;
	if (k == o->nkind)
		o->kind[o->nkind++] = *kind;
	return k;
}

static void take_kind_tally(struct order *o)
{
	o->under_way = 0;
	for (size_t k = 0; k < o->nkind; k++)
		o->tally[k] = (struct kind_tally){ 0 };
	for (size_t i = 0; i < o->nunit; i++) {
		struct kind_tally *t = &o->tally[o->kind_of[i]];

		t->shown |= o->stage[i] == STAGE_LANDED;
		t->waiting += o->stage[i] == STAGE_WAITING;
		t->under_way += o->stage[i] == STAGE_UNDER_WAY;
		t->arrived += o->stage[i] == STAGE_ARRIVED;
		o->under_way += o->stage[i] == STAGE_UNDER_WAY;
	}
}

void order_begin(struct order *o, const struct plan *plan)
{
	struct kind kind;

	*o = (struct order){ .nunit = plan->nunit };
	o->kind_of = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->kind_of);
	o->stage = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->stage);
	o->kind = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->kind);
	o->tally = arena_alloc(&o->arena, (plan->nunit + 1) * sizeof *o->tally);
	for (size_t i = 0; i < plan->nunit; i++) {
		if (plan->unit[i].kind != UNIT_EVACUATION)
			continue;
		kind_of_unit(&plan->unit[i], &o->arena, &kind);
		o->kind_of[i] = find_kind(o, &kind);
		o->stage[i] = STAGE_WAITING;
	}
	take_kind_tally(o);
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
	for (size_t i = 0; i < o->nunit; i++)
		o->stage[i] = stage_of(&plan->unit[i], now_ms);
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

static size_t first_waiting(const struct order *o, bool shown)
{
	for (size_t i = 0; i < o->nunit; i++)
		if (o->stage[i] == STAGE_WAITING && o->tally[o->kind_of[i]].shown == shown)
			return i;
	return ORDER_NONE;
}

/* Firsts go before the rest: what they say is worth more the earlier it is known, and at the end each would run alone. */
size_t order_next(const struct order *o, size_t window)
{
	size_t first = ORDER_NONE;

	if (o->under_way >= window)
		return ORDER_NONE;
	if (!order_has_first(o) && (o->under_way == 0 || has_shown(o)))
		first = first_waiting(o, false);
	return first != ORDER_NONE ? first : first_waiting(o, true);
}

size_t order_next_after(struct order *o, size_t i, size_t window)
{
	o->stage[i] = STAGE_UNDER_WAY;
	take_kind_tally(o);
	return order_next(o, window);
}

void order_waves(const struct plan *plan, size_t window, int64_t *wave)
{
	struct order o;
	bool begun = true;
	size_t i;

	order_begin(&o, plan);
	for (i = 0; i < o.nunit; i++)
		wave[i] = 0;
	for (int64_t n = 1; begun; n++) {
		begun = false;
		while ((i = order_next(&o, window)) != ORDER_NONE) {
			o.stage[i] = STAGE_UNDER_WAY;
			wave[i] = n;
			begun = true;
			take_kind_tally(&o);
		}
		for (i = 0; i < o.nunit; i++)
			o.stage[i] = o.stage[i] == STAGE_UNDER_WAY ? STAGE_LANDED : o.stage[i];
		take_kind_tally(&o);
	}
	order_free(&o);
}
