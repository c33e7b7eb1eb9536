/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "op/evacuation.h"
#include "util/clock.h"
#include "util/log.h"

#define POLL_MS 500
#define RECONNECT_MS 2000

/* How many are on their way, or may be. */
static size_t in_flight(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].evacuation && plan->unit[i].evacuation->phase == PHASE_SENT;
	return n;
}

static size_t count_failed(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].evacuation && plan->unit[i].evacuation->phase == PHASE_FAILED;
	return n;
}

static bool is_waiting(const struct unit *unit)
{
	return unit->kind == UNIT_EVACUATION && !unit->evacuation && unit->step[0].state == STATE_PLANNED;
}

static size_t next_waiting(const struct plan *plan)
{
	size_t i = 0;

	while (i < plan->nunit && !is_waiting(&plan->unit[i]))
		i++;
	return i;
}

/* What is on its way goes on; what waits stays untouched. */
static void leave_the_rest(struct plan *plan, const char *why)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (is_waiting(&plan->unit[i]))
			unit_set_state(&plan->unit[i], STATE_SKIPPED, why);
}

/* The database may be away for a moment; nova goes on meanwhile and the answer is worth waiting for. */
static void reconnect(struct run *run)
{
	struct nova_cell *cell = NULL;
	struct error err = { 0 };

	for (size_t i = 0; i < run->world.ncell; i++)
		if (&run->world.cell[i] == run->scene.home->cell)
			cell = &run->world.cell[i];
	clock_sleep_ms(RECONNECT_MS);
	db_close(&cell->db);
	if (world_connect_cell(&run->world, cell, &cell->db, &err) != 0)
		log_warn("%s", err.text);
}

static void look_at_all(struct run *run)
{
	struct error err = { 0 };

	for (size_t i = 0; i < run->plan.nunit; i++) {
		struct unit *unit = &run->plan.unit[i];

		if (!unit->evacuation || unit->evacuation->phase != PHASE_SENT)
			continue;
		if (!run->scene.home->cell->db || evacuation_look(run, unit, &err) != 0) {
			if (err.text[0])
				log_warn("%s; trying again", err.text);
			reconnect(run);
			return;
		}
	}
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

		if (e && e->phase == PHASE_LANDED)
			took[n++] = e->ended_ms - e->sent_ms;
	}
	vec_sort(took, n, sizeof *took, by_size);
	median = n ? took[n / 2] : 0;
	free(took);
	return median;
}

/* How many have ended, and how long the rest takes if it goes on as it did. */
static void tell_how_far(const struct run *run, size_t *told)
{
	const struct plan *plan = &run->plan;
	size_t all = 0, to_go = 0, waves;
	int64_t median;

	for (size_t i = 0; i < plan->nunit; i++) {
		all += plan->unit[i].kind == UNIT_EVACUATION;
		to_go += is_waiting(&plan->unit[i]) || (plan->unit[i].evacuation && plan->unit[i].evacuation->phase == PHASE_SENT);
	}
	if (all < 2 || all - to_go == *told)
		return;
	*told = all - to_go;
	median = median_ms(plan);
	waves = (to_go + (size_t)run->request->max_in_flight - 1) / (size_t)run->request->max_in_flight;
	if (to_go > 0 && median > 0)
		log_notice("%zu of %zu ended, about %lld s to go (each takes %.1f s)", *told, all,
		    (long long)((int64_t)waves * median + 999) / 1000, (double)median / 1000);
	else
		log_notice("%zu of %zu ended", *told, all);
}

static void time_out(struct run *run, int64_t timeout_s)
{
	for (size_t i = 0; i < run->plan.nunit; i++) {
		struct unit *unit = &run->plan.unit[i];
		struct evacuation *e = unit->evacuation;

		if (!e || e->phase != PHASE_SENT)
			continue;
		e->phase = PHASE_TIMEOUT;
		e->ended_ms = clock_monotonic_ms();
		e->error = arena_printf(&run->plan.arena, "still '%s' after %lld s: %s", e->status[0] ? e->status : "accepted",
		    (long long)timeout_s, evacuation_stands(run, unit));
		unit_set_state(unit, STATE_APPLIED, e->error);
	}
}

/* What was cast needs nobody of us: it goes on, and is said to. */
static void leave_under_way(struct run *run)
{
	for (size_t i = 0; i < run->plan.nunit; i++) {
		struct unit *unit = &run->plan.unit[i];
		struct evacuation *e = unit->evacuation;

		if (!e || e->phase != PHASE_SENT)
			continue;
		e->error = arena_printf(&run->plan.arena, "still '%s' when we were interrupted: nova goes on with it", e->status[0] ?
		    e->status : "accepted");
		unit_set_state(unit, STATE_APPLIED, e->error);
	}
}

/* The first volume-backed instance shows whether the computes may talk to cinder: it goes alone, and if it fails no other
 * volume-backed one follows. */
static bool is_volume_backed(const struct unit *unit)
{
	return unit->kind == UNIT_EVACUATION && unit->candidate->nvolume > 0;
}

/* One that was never cast, because its row had changed, showed nothing. */
static bool is_canary(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_volume_backed(&plan->unit[i]) && evacuation_was_cast(&plan->unit[i]))
			return false;
	return is_volume_backed(&plan->unit[index]);
}

static void heed_canary(struct plan *plan, const struct unit *canary)
{
	if (!canary || !evacuation_was_cast(canary) || canary->evacuation->phase != PHASE_FAILED)
		return;
	for (size_t i = 0; i < plan->nunit; i++)
		if (is_waiting(&plan->unit[i]) && is_volume_backed(&plan->unit[i]))
			unit_set_state(&plan->unit[i], STATE_SKIPPED, "the first volume-backed instance failed: not begun");
}

/* Without waiting there are no waves: everything is sent. */
static bool has_room(const struct run *run, const struct unit *canary, size_t next)
{
	bool alone = is_canary(&run->plan, next) || (canary && canary->evacuation->phase == PHASE_SENT);

	return run->request->no_wait || in_flight(&run->plan) < (alone ? 1 : (size_t)run->request->max_in_flight);
}

static const char *reason_to_stop(const struct run *run)
{
	if (signal_came())
		return "interrupted before it was begun";
	if (run->request->stop_after_failures > 0 && count_failed(&run->plan) >= (size_t)run->request->stop_after_failures)
		return "too many failures: not begun";
	for (size_t i = 0; i < run->plan.nunit; i++)
		if (run->plan.unit[i].evacuation && run->plan.unit[i].evacuation->phase == PHASE_UNKNOWN)
			return "another one's outcome is unknown: not begun";
	return NULL;
}

/* Sends while the window has room; the run stops sending at the first error of its own. */
static int send_all(struct run *run, struct unit **canary, struct error *err)
{
	struct plan *plan = &run->plan;
	const char *why;
	size_t i;

	heed_canary(plan, *canary);
	while ((i = next_waiting(plan)) < plan->nunit) {
		why = reason_to_stop(run);
		if (why) {
			leave_the_rest(plan, why);
			return 0;
		}
		if (!has_room(run, *canary, i))
			return 0;
		if (is_canary(plan, i))
			*canary = &plan->unit[i];
		if (evacuation_send(run, i, err) != 0) {
			if (!plan->unit[i].evacuation)
				*canary = NULL;
			leave_the_rest(plan, "not begun");
			return -1;
		}
	}
	return 0;
}

/* What came of the last message is durable before the next look, which may be long. */
static int fill_window(struct run *run, struct unit **canary, struct error *err)
{
	struct error trouble = { 0 };
	int rc = send_all(run, canary, err);

	if (journal_sync(run->journal, &trouble) == 0)
		return rc;
	if (rc == 0)
		*err = trouble;
	return -1;
}

int apply_evacuations(struct run *run, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + run->request->timeout_s * 1000;
	struct unit *canary = NULL;
	size_t told = 0;
	int rc = fill_window(run, &canary, err);

	while (in_flight(&run->plan) > 0 && !run->request->no_wait) {
		if (clock_monotonic_ms() > deadline) {
			time_out(run, run->request->timeout_s);
			leave_the_rest(&run->plan, "not begun before --timeout ended");
			break;
		}
		if (signal_came()) {
			leave_under_way(run);
			break;
		}
		clock_sleep_ms(POLL_MS);
		look_at_all(run);
		tell_how_far(run, &told);
		if (rc == 0)
			rc = fill_window(run, &canary, err);
	}
	return rc;
}

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
