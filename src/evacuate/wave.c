/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include "util/clock.h"
#include "apply/apply.h"
#include "evacuate/evacuate.h"
#include "journal/pause.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"

#define PATIENCE_S 60 /* a broker, a conductor or a database node that is restarted is back by then */
#define RETRY_MS 2000
#define IN_A_ROW 5 /* what fails so often fails for a reason that the next one has, too; each would be left in ERROR */

size_t wave_in_flight(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += evacuation_is(&plan->unit[i], PHASE_SENT);
	return n;
}

static size_t count_failed(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += evacuation_has_failed(&plan->unit[i]);
	return n;
}

/* Have so many ended badly since the last one that ended well? Asked before each message, and mostly none has at all. */
static bool ended_badly_in_a_row(const struct plan *plan, bool (*well)(const struct unit *unit),
    bool (*badly)(const struct unit *unit))
{
	int64_t well_ms = -1;
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += badly(&plan->unit[i]);
	if (n < IN_A_ROW)
		return false;
	n = 0;
	for (size_t i = 0; i < plan->nunit; i++)
		if (well(&plan->unit[i]) && plan->unit[i].evacuation->ended_ms > well_ms)
			well_ms = plan->unit[i].evacuation->ended_ms;
	for (size_t i = 0; i < plan->nunit; i++)
		n += badly(&plan->unit[i]) && plan->unit[i].evacuation->ended_ms > well_ms;
	return n >= IN_A_ROW;
}

/* What was never cast had reasons of its own. */
static bool nova_failed(const struct unit *unit)
{
	return evacuation_is(unit, PHASE_FAILED);
}

static bool is_verified(const struct unit *unit)
{
	return evacuation_is(unit, PHASE_PROVED);
}

static bool guest_cannot_write(const struct unit *unit)
{
	return evacuation_is(unit, PHASE_CANNOT_WRITE);
}

static bool is_without_network(const struct unit *unit)
{
	return evacuation_is(unit, PHASE_NOT_READY) && evacuation_network_is_late(unit, clock_monotonic_ms());
}

static size_t next_waiting(const struct plan *plan)
{
	size_t i = 0;

	while (i < plan->nunit && !evacuation_is_waiting(&plan->unit[i]))
		i++;
	return i;
}

void wave_leave_waiting(struct plan *plan, const char *why)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (evacuation_is_waiting(&plan->unit[i]))
			unit_set_state(&plan->unit[i], STATE_SKIPPED, why);
}

static const char *why_left(struct plan *plan, const struct kind *kind, const struct cause *cause)
{
	auto_str struct str what = { 0 };

	kind_say(kind, &what);
	return cause->what ?
	    arena_printf(&plan->arena, _("the first instance with %s failed (%s): not begun"), what.s, cause->what) :
	    arena_printf(&plan->arena, _("the first instance with %s failed: not begun"), what.s);
}

/* Its own kind, and every other one that needs the same service and has not landed yet. */
static void leave_kinds(struct plan *plan, const struct order *order, size_t first)
{
	const struct cause *cause = &plan->unit[first].evacuation->cause;
	size_t kind = order->kind_of[first], k;
	const char *why = why_left(plan, &order->kind[kind], cause);

	for (size_t i = 0; i < plan->nunit; i++) {
		k = order->kind_of[i];
		if (evacuation_is_waiting(&plan->unit[i]) && !order->tally[k].shown &&
		    (k == kind || kind_is_reached(&order->kind[k], cause->reach)))
			unit_set_state(&plan->unit[i], STATE_SKIPPED, why);
	}
}

/* What fails the first of a kind fails the others, too: each would be left in ERROR. Unless it is the instance's own trouble:
 * then the next one of its kind is the first. */
static void heed_firsts(struct plan *plan, struct order *order)
{
	order_look(order, plan, clock_monotonic_ms());
	for (size_t i = 0; i < plan->nunit; i++)
		if (evacuation_is(&plan->unit[i], PHASE_FAILED) && !order->tally[order->kind_of[i]].shown &&
		    plan->unit[i].evacuation->cause.reach != REACH_INSTANCE)
			leave_kinds(plan, order, i);
}

/* Without waiting there are no waves: everything is sent, as it stands in the plan. */
static size_t next_with_room(const struct work *work, struct wave *wave)
{
	size_t i = next_waiting(&work->plan);

	if (work->request->how.no_wait)
		return i < work->plan.nunit ? i : ORDER_NONE;
	order_look(&wave->order, &work->plan, clock_monotonic_ms());
	return order_next(&wave->order, wave->width.now);
}

/* Whose turn it is after unit ${i}, if nothing else happens meanwhile. */
static size_t next_after(const struct work *work, struct wave *wave, size_t i)
{
	const struct plan *plan = &work->plan;

	if (!work->request->how.no_wait)
		return order_next_after(&wave->order, i, wave->width.now);
	while (++i < plan->nunit)
		if (evacuation_is_waiting(&plan->unit[i]))
			return i;
	return EVACUATION_NONE;
}

const struct unit *wave_guest_alive(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (plan->unit[i].evacuation && plan->unit[i].evacuation->cause.guest_alive)
			return &plan->unit[i];
	return NULL;
}

static const char *reason_to_stop(const struct work *work)
{
	if (signal_came())
		return _("interrupted before it was begun");
	if (wave_guest_alive(&work->plan))
		return _("guest-alive: the guest of another instance still runs on the old host: not begun");
	if (work->request->how.stop_after_failures > 0 &&
	    count_failed(&work->plan) >= (size_t)work->request->how.stop_after_failures)
		return _("too many failures: not begun");
	if (work->request->how.stop_after_failures == 0 &&
	    ended_badly_in_a_row(&work->plan, evacuation_has_landed, nova_failed))
		return _("five failed one after the other: not begun (--stop-after-failures N sets another limit)");
	if (work->request->how.stop_after_failures == 0 && ended_badly_in_a_row(&work->plan, is_verified, is_without_network))
		return _(
		    "five came up one after the other without their network: not begun (--stop-after-failures N lifts this limit)");
	if (work->request->how.stop_after_failures == 0 && ended_badly_in_a_row(&work->plan, is_verified, guest_cannot_write))
		return _(
		    "the guests of five cannot write to their disks, one after the other: not begun (--stop-after-failures N lifts this limit)");
	for (size_t i = 0; i < work->plan.nunit; i++)
		if (work->plan.unit[i].evacuation && work->plan.unit[i].step[0].state == STATE_UNKNOWN)
			return _("the outcome of another instance is unknown: not begun");
	return NULL;
}

int wave_give_up(struct work *work, struct wave *wave, struct error *err)
{
	*err = wave->why;
	wave->way_closed = false;
	wave_leave_waiting(&work->plan, arena_printf(&work->plan.arena, _("not begun: %s"), err->text));
	return -1;
}

/* No more hope for those with volumes alone: the others go on. */
static int leave_volumes(struct work *work, struct wave *wave, struct error *err)
{
	const char *why = arena_printf(&work->plan.arena, _("not begun: %s"), err->text);

	for (size_t i = 0; i < work->plan.nunit; i++)
		if (evacuation_is_waiting(&work->plan.unit[i]) && work->plan.unit[i].candidate->nvolume > 0)
			unit_set_state(&work->plan.unit[i], STATE_SKIPPED, why);
	log_warn("%s; instances with volumes are not begun", err->text);
	wave->way_closed = false;
	error_clear(err);
	return 0;
}

/* Nothing was begun: the way may be tried again. */
static int closed(struct work *work, struct wave *wave, struct error *err)
{
	wave->tried_ms = clock_monotonic_ms();
	wave->why = *err;
	if (!wave->way_closed) {
		wave->way_closed = true;
		wave->closed_ms = wave->tried_ms;
		log_warn("%s; no more instances are begun; trying again for %d s", err->text, PATIENCE_S);
	}
	if (wave->tried_ms - wave->closed_ms < PATIENCE_S * INT64_C(1000)) {
		error_clear(err);
		return 0;
	}
	return err->code == WAY_WITHOUT_VOLUMES ? leave_volumes(work, wave, err) : wave_give_up(work, wave, err);
}

static int send_one(struct work *work, struct wave *wave, size_t i, struct error *err)
{
	struct unit *unit = &work->plan.unit[i];

	if (evacuation_send(work, i, next_after(work, wave, i), err) != 0) {
		if (!unit->evacuation)
			return closed(work, wave, err);
		wave_leave_waiting(&work->plan, arena_printf(&work->plan.arena, _("not begun: %s"), err->text));
		return -1;
	}
	if (wave->way_closed)
		log_notice("nova can be reached again; instances are begun again");
	wave->way_closed = false;
	progress_tell_at_times(&wave->progress, work);
	return 0;
}

/* For people: no reader of ours needs it. */
static void record_pause(struct work *work, const char *type, const struct pause *pause)
{
	json_object *record = json_object_new_object();
	struct error err = { 0 };

	put_text(record, "by", pause ? pause->by : NULL);
	put_text(record, "since", pause ? pause->since : NULL);
	if (journal_add(work->journal, type, record, true, &err) != 0)
		log_error("%s", err.text);
}

static void begin_pause(struct work *work, struct wave *wave, const struct pause *pause)
{
	wave->progress.paused = true;
	wave->paused_at_ms = clock_monotonic_ms();
	wave->way_closed = false; /* how long it was closed says nothing afterwards */
	log_notice(
	    "paused by %s since %s; no more instances are begun, those under way go on; 'evac-manage journal resume %s' goes on",
	    pause->by, pause->since, work->run);
	record_pause(work, "pause", pause);
}

/* Looked at before each message: what was begun comes to its end, and --timeout stands still meanwhile. */
static bool is_paused(struct work *work, struct wave *wave)
{
	bool was = wave->progress.paused;
	struct pause pause;
	int64_t now_ms = clock_monotonic_ms();

	if (was) {
		wave->progress.paused_ms += now_ms - wave->paused_at_ms;
		wave->unwell_ms += now_ms - wave->paused_at_ms;
	}
	wave->paused_at_ms = now_ms;
	wave->progress.paused = pause_is_asked(work->journal, &pause);
	if (wave->progress.paused && !was)
		begin_pause(work, wave, &pause);
	if (!wave->progress.paused && was) {
		wave->phase_since_ms = now_ms; /* a phase's time stands still, too */
		log_notice("resumed; instances are begun again");
		record_pause(work, "resume", NULL);
	}
	return wave->progress.paused;
}

/* The unit whose turn it is; where a phase is over, one of the next. */
static size_t take_next(struct work *work, struct wave *wave)
{
	size_t i;

	wave_first_phase(work, wave);
	do
		i = next_with_room(work, wave);
	while (i == ORDER_NONE && wave_next_phase(work, wave));
	return i;
}

static int send_all(struct work *work, struct wave *wave, struct error *err)
{
	struct plan *plan = &work->plan;
	const char *why;
	size_t i;

	wave->phase_waits = wave->held = false;
	if (!wave_guest_alive(plan)) /* else none of any kind, for that reason */
		heed_firsts(plan, &wave->order);
	while (next_waiting(plan) < plan->nunit) {
		why = reason_to_stop(work);
		if (why) {
			wave->way_closed = wave->held = wave->unwell = wave->progress.paused = false;
			wave_leave_waiting(plan, why);
			return 0;
		}
		if (is_paused(work, wave) || wave_is_unwell(work, wave))
			return 0;
		i = take_next(work, wave);
		if (i == ORDER_NONE || (wave->way_closed && clock_monotonic_ms() - wave->tried_ms < RETRY_MS))
			return 0;
		if (power_check(work, err) != 0 || disks_check(work, &wave->held, err) != 0) {
			wave->way_closed = wave->held = wave->unwell = false;
			wave_leave_waiting(plan, arena_printf(&plan->arena, _("not begun: %s"), err->text));
			return -1;
		}
		if (wave->held)
			return 0;
		if (!capacity_check(work, &wave->capacity, i, &wave->held)) {
			if (wave->held)
				return 0;
			continue;
		}
		if (send_one(work, wave, i, err) != 0)
			return -1;
	}
	return 0;
}

/* What came of the last message is durable before the next look, which may be long. */
int wave_send(struct work *work, struct wave *wave, struct error *err)
{
	struct error trouble = { 0 };
	int rc;

	/* each wave begins with looks of its own: what came before it was waited for, and it may be a cloud without a scheduler
	 * by now */
	work->way_looked_ms = work->source_looked_ms = 0;
	wave_steer(work, wave);
	rc = send_all(work, wave, err);
	wave_steered(work, wave);
	evacuation_unlock(work); /* that was begun for one whose turn did not come */
	if (journal_sync(work->journal, &trouble) == 0)
		return rc;
	if (rc == 0)
		*err = trouble;
	return -1;
}
