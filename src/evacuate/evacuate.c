/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include <stdlib.h>

#include "util/clock.h"
#include "evacuate/evacuate.h"
#include "apply/apply.h"
#include "util/log.h"
#include "util/signals.h"

#define POLL_MS 500
#define RECONNECT_MS 2000
#define PROOF_AGAIN_MS 10000 /* after a database that could not be asked for a proof */

/* The database may be away for a moment; nova goes on meanwhile and the answer is worth waiting for. Said once. */
static void reconnect(struct work *work, const struct error *why, bool *away)
{
	struct error err = { 0 };

	if (!*away && why->text[0])
		log_warn("%s; trying again until it answers", why->text);
	*away = true;
	clock_sleep_ms(RECONNECT_MS);
	if (evacuation_reconnect(work, &err) != 0)
		log_line(work->scene.nova.home->cell->db ? LOG_WARN : LOG_DEBUG, "%s",
		    err.text); /* it answers, and somebody else has the lock */
	else
		log_notice("%s answers again", db_label(work->scene.nova.home->cell->db));
	*away = !work->scene.nova.home->cell->db;
}

static void look_at_sent(struct work *work, bool *away)
{
	struct error err = { 0 };

	for (size_t i = 0; i < work->plan.nunit; i++) {
		struct unit *unit = &work->plan.unit[i];

		if (!evacuation_is(unit, PHASE_SENT))
			continue;
		if (!work->scene.nova.home->cell->db || evacuation_look(work, unit, &err) != 0) {
			reconnect(work, &err, away);
			return;
		}
	}
}

/* Each is proved when it has landed: what its user does with it later says nothing about the evacuation. */
static void prove(struct work *work, bool away, int64_t *due_ms)
{
	struct error err = { 0 };

	if (away || clock_monotonic_ms() < *due_ms || prove_landed(work, &err) == 0)
		return;
	log_info("not proved yet: %s", err.text);
	*due_ms = clock_monotonic_ms() + PROOF_AGAIN_MS;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Of those that have landed; 0: none yet. */
static int64_t median_ms(const struct plan *plan)
{
	int64_t *took = xcalloc(plan->nunit + 1, sizeof *took), median;
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct evacuation *e = plan->unit[i].evacuation;

		if (evacuation_has_landed(&plan->unit[i]))
			took[n++] = e->ended_ms - e->sent_ms;
	}
	vec_sort(took, n, sizeof *took, by_size);
	median = n ? took[n / 2] : 0;
	free(took);
	return median;
}

/* How many have ended, and how long the rest takes if it goes on as it did. */
static void tell_how_far(const struct work *work, size_t *told)
{
	const struct plan *plan = &work->plan;
	size_t all = 0, left = 0, to_go = 0, waves;
	auto_str struct str text = { 0 };
	int64_t median;

	for (size_t i = 0; i < plan->nunit; i++) {
		const struct unit *unit = &plan->unit[i];

		all += unit->kind == UNIT_EVACUATION;
		left += unit->kind == UNIT_EVACUATION && unit->step[0].state == STATE_SKIPPED;
		to_go += wave_is_waiting(unit) || evacuation_is(unit, PHASE_SENT);
	}
	if (all < 2 || all - to_go == *told)
		return;
	*told = all - to_go;
	str_addf(&text, "%zu of %zu ended", *told - left, all);
	if (left > 0)
		str_addf(&text, ", %zu not begun", left);
	median = median_ms(plan);
	waves = (to_go + (size_t)work->request->how.max_in_flight - 1) / (size_t)work->request->how.max_in_flight;
	if (to_go > 0 && median > 0)
		str_addf(&text, ", about %lld s to go (each takes %.1f s)", (long long)((int64_t)waves * median + 999) / 1000,
		    (double)median / 1000);
	log_notice("%s", text.s);
}

static void time_out(struct work *work, int64_t timeout_s)
{
	for (size_t i = 0; i < work->plan.nunit; i++) {
		struct unit *unit = &work->plan.unit[i];
		struct evacuation *e = unit->evacuation;

		if (!evacuation_is(unit, PHASE_SENT))
			continue;
		e->ended_ms = clock_monotonic_ms();
		evacuation_enter(unit, PHASE_TIMEOUT,
		    arena_printf(&work->plan.arena, "still '%s' after %lld s: %s", e->status[0] ? e->status : "accepted",
			(long long)timeout_s, evacuation_stands(work, unit)));
	}
}

/* What was cast needs nobody of us: it goes on, and is said to. */
static void leave_under_way(struct work *work)
{
	for (size_t i = 0; i < work->plan.nunit; i++) {
		struct unit *unit = &work->plan.unit[i];
		const struct evacuation *e = unit->evacuation;

		if (evacuation_is(unit, PHASE_SENT))
			evacuation_enter(unit, PHASE_SENT,
			    arena_printf(&work->plan.arena, "still '%s' when we were interrupted: nova goes on with it",
				e->status[0] ? e->status : "accepted"));
	}
}

int apply_evacuations(struct work *work, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + work->request->how.timeout_s * 1000;
	struct wave wave = { 0 };
	int64_t proof_due_ms = 0;
	bool away = false;
	size_t told = 0;
	int rc = wave_send(work, &wave, err);

	while (wave.way_closed || (wave_in_flight(&work->plan) > 0 && !work->request->how.no_wait)) {
		if (clock_monotonic_ms() > deadline) {
			if (!work->request->how.no_wait)
				time_out(work, work->request->how.timeout_s);
			if (wave.way_closed)
				return wave_give_up(work, &wave, err);
			wave_leave_waiting(&work->plan, "not begun before --timeout ended");
			break;
		}
		if (signal_came()) {
			leave_under_way(work);
			break;
		}
		clock_sleep_ms(POLL_MS);
		look_at_sent(work, &away);
		prove(work, away, &proof_due_ms);
		tell_how_far(work, &told);
		if (rc == 0)
			rc = wave_send(work, &wave, err);
	}
	return rc;
}
