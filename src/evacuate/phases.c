/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include "journal/journal.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"

/* One phase after the other. */

#define NAMED_MOST 10 /* of what is not verified, on one line */

static bool is_of_phase(const struct unit *unit, size_t phase)
{
	return unit->kind == UNIT_EVACUATION && unit->phase == phase;
}

static bool has_phases(const struct work *work)
{
	return work->plan.nphase > 1 && !work->request->how.no_wait;
}

/* Whether it comes to a good end is not known yet. */
static bool is_unended(const struct unit *unit, int64_t now_ms)
{
	return evacuation_is_waiting(unit) || evacuation_is(unit, PHASE_SENT) || evacuation_is(unit, PHASE_LANDED) ||
	    evacuation_waits_for_network(unit, now_ms);
}

static bool any_unended(const struct plan *plan, const struct order *order)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < order->nunit; i++)
		if (plan->unit[i].kind == UNIT_EVACUATION && plan->unit[i].phase <= order->phase && !order->overdue[i] &&
		    is_unended(&plan->unit[i], now_ms))
			return true;
	return false;
}

/* When something of it was sent or ended last. */
static int64_t last_move_ms(const struct plan *plan, const struct wave *wave)
{
	int64_t last = wave->phase_since_ms;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct evacuation *e = plan->unit[i].evacuation;

		if (!e || plan->unit[i].phase != wave->order.phase)
			continue;
		last = e->sent_ms > last ? e->sent_ms : last;
		last = e->ended_ms > last ? e->ended_ms : last;
	}
	return last;
}

static size_t count_later(const struct plan *plan, size_t after)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += evacuation_is_waiting(&plan->unit[i]) && plan->unit[i].phase > after;
	return n;
}

/* ---- what is said of it */

struct phase_end {
	size_t phase, verified, all;
	bool timed_out;
};

static struct phase_end end_of_phase(const struct plan *plan, size_t phase, bool timed_out)
{
	struct phase_end end = { .phase = phase, .timed_out = timed_out, .all = plan_count_phase(plan, phase) };

	for (size_t i = 0; i < plan->nunit; i++)
		end.verified += is_of_phase(&plan->unit[i], phase) && evacuation_is(&plan->unit[i], PHASE_PROVED);
	return end;
}

static json_object *not_verified(const struct plan *plan, size_t phase)
{
	json_object *list = json_object_new_array(), *one;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct unit *u = &plan->unit[i];

		if (!is_of_phase(u, phase) || evacuation_is(u, PHASE_PROVED))
			continue;
		one = json_object_new_object();
		put_text(one, "instance", u->step[0].id);
		put_text(one, "outcome", evacuation_outcome(u));
		json_object_array_add(list, one);
	}
	return list;
}

/* No reader of ours needs it. ${end} NULL: it is the first. */
static void record_phase(struct work *work, size_t phase, const struct phase_end *end)
{
	json_object *record = json_object_new_object();
	struct error err = { 0 };

	put_count(record, "phase", phase);
	put_text(record, "name", work->plan.phase[phase - 1]);
	put_count(record, "instances", plan_count_phase(&work->plan, phase));
	put_text(record, "after", !end ? NULL : end->timed_out ? "timeout" : end->verified < end->all ? "partly" : "verified");
	put(record, "not_verified", end ? not_verified(&work->plan, end->phase) : json_object_new_array());
	if (journal_add(work->journal, "phase", record, true, &err) != 0)
		log_error("%s", err.text);
}

static void name_unverified(const struct plan *plan, size_t phase, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct unit *u = &plan->unit[i];

		if (!is_of_phase(u, phase) || evacuation_is(u, PHASE_PROVED) || n++ >= NAMED_MOST)
			continue;
		str_addf(out, "%s%s (%s)", out->n ? ", " : "", str_or(u->step[0].name, u->step[0].id), evacuation_outcome(u));
	}
	if (n > NAMED_MOST)
		str_addf(out, _(" and %zu more"), n - NAMED_MOST);
}

static void say_end(const struct work *work, const struct phase_end *end)
{
	auto_str struct str names = { 0 };

	if (end->verified == end->all)
		return;
	name_unverified(&work->plan, end->phase, &names);
	if (end->timed_out)
		log_warn(
		    "phase %zu (%s): %zu of %zu verified, and nothing of it was sent or has ended for %lld s ([order] phase_timeout); not verified: %s",
		    end->phase, work->plan.phase[end->phase - 1], end->verified, end->all,
		    (long long)work->world.site.order.phase_timeout_s, names.s);
	else
		log_warn("phase %zu (%s): %zu of %zu verified; not verified: %s", end->phase, work->plan.phase[end->phase - 1],
		    end->verified, end->all, names.s);
}

static void say_phase(struct work *work, struct wave *wave, const struct phase_end *end)
{
	size_t phase = wave->order.phase, n = plan_count_phase(&work->plan, phase);

	if (end)
		say_end(work, end);
	if (n == 1)
		log_notice("phase %zu of %zu (%s): %zu instance", phase, work->plan.nphase, work->plan.phase[phase - 1], n);
	else
		log_notice("phase %zu of %zu (%s): %zu instances", phase, work->plan.nphase, work->plan.phase[phase - 1], n);
	record_phase(work, phase, end);
	wave->phase_since_ms = clock_monotonic_ms();
}

void wave_first_phase(struct work *work, struct wave *wave)
{
	if (wave->phase_told || !has_phases(work))
		return;
	wave->phase_told = true;
	say_phase(work, wave, NULL);
}

bool wave_next_phase(struct work *work, struct wave *wave)
{
	size_t phase = wave->order.phase;
	struct phase_end end;
	bool open;

	if (!has_phases(work) || count_later(&work->plan, phase) == 0)
		return false;
	open = any_unended(&work->plan, &wave->order);
	wave->phase_waits = open &&
	    clock_monotonic_ms() - last_move_ms(&work->plan, wave) < work->world.site.order.phase_timeout_s * 1000;
	if (wave->phase_waits || !order_open_phase(&wave->order, &work->plan))
		return false;
	end = end_of_phase(&work->plan, phase, open);
	say_phase(work, wave, &end);
	return true;
}
