/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include "util/clock.h"
#include "util/lang.h"
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

	if (wave_in_flight(&work->plan) > 0 && (!work->scene.nova.home->cell->db || evacuations_look(work, &err) != 0))
		reconnect(work, &err, away);
}

/* Each is proved when it has landed: what its user does with it later says nothing about the evacuation. */
static void prove(struct work *work, bool away, int64_t *due_ms)
{
	struct error err = { 0 };

	if (away || clock_monotonic_ms() < *due_ms || prove_landed(work, &err) == 0)
		return;
	log_info("not verified yet: %s", err.text);
	*due_ms = clock_monotonic_ms() + PROOF_AGAIN_MS;
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
		    arena_printf(&work->plan.arena, _("still '%s' after %lld s: %s"), str_or(e->status, "accepted"),
			(long long)timeout_s, evacuation_stands(work, unit)));
	}
}

/* nova goes on with what was cast, as far as its compute waits for nobody who tells it of its ports. */
static void leave_under_way(struct work *work)
{
	bool nova_api = scene_ask_neutron_tells(&work->scene);

	for (size_t i = 0; i < work->plan.nunit; i++) {
		struct unit *unit = &work->plan.unit[i];
		const struct evacuation *e = unit->evacuation;

		if (!evacuation_is(unit, PHASE_SENT))
			continue;
		evacuation_enter(unit, PHASE_SENT,
		    nova_api || !plug_may_be_awaited(&work->scene, unit) ?
			arena_printf(&work->plan.arena, _("still '%s' when the run was interrupted; nova goes on with it"),
			    str_or(e->status, "accepted")) :
			arena_printf(&work->plan.arena,
			    _("still '%s' when the run was interrupted; while nova-api is down its nova-compute waits to be told of its ports, and ends it in ERROR if nobody does; next: evac-manage journal recover %s"),
			    str_or(e->status, "accepted"), work->run));
	}
}

/* While somebody has the run paused, --timeout stands still. */
static int end_of_time(struct work *work, struct wave *wave, struct error *err)
{
	if (!work->request->how.no_wait)
		time_out(work, work->request->how.timeout_s);
	if (wave->way_closed)
		return wave_give_up(work, wave, err);
	wave_leave_waiting(&work->plan, _("not begun before --timeout ended"));
	return 0;
}

/* What nova has done is looked at on: its ports become ACTIVE when the agents report. */
static bool any_waits_for_network(const struct plan *plan)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < plan->nunit; i++)
		if (evacuation_waits_for_network(&plan->unit[i], now_ms))
			return true;
	return false;
}

static bool run_goes_on(const struct work *work, const struct wave *wave)
{
	if (wave->way_closed || wave->held || wave->unwell || wave->phase_waits || wave->progress.paused)
		return true;
	return !work->request->how.no_wait && (wave_in_flight(&work->plan) > 0 || any_waits_for_network(&work->plan));
}

static int send_and_follow(struct work *work, struct wave *wave, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + work->request->how.timeout_s * 1000;
	int64_t proof_due_ms = 0;
	bool away = false;
	int rc = wave_send(work, wave, err);

	while (run_goes_on(work, wave)) {
		if (clock_monotonic_ms() > deadline + wave->progress.paused_ms)
			return end_of_time(work, wave, err) != 0 ? -1 : rc;
		if (signal_came()) {
			leave_under_way(work);
			break;
		}
		clock_sleep_ms(POLL_MS);
		look_at_sent(work, &away);
		plugging_look(work, &wave->plugging);
		prove(work, away, &proof_due_ms);
		progress_tell(&wave->progress, work);
		if (rc == 0)
			rc = wave_send(work, wave, err);
	}
	return rc;
}

/* What was sent is followed to its end; the run has ended for a reason of its own. */
static int end_of_run(const struct work *work, int rc, struct error *err)
{
	const struct unit *alive = wave_guest_alive(&work->plan);

	if (rc != 0 || !alive)
		return rc;
	error_set(err, ERROR_DRIFT, "'%s' is not off: the guest of %s still runs (guest-alive)",
	    str_or(alive->step[0].before[0], "?"), str_or(alive->step[0].name, alive->step[0].id));
	return error_hint(err, "power it off before anything of it is evacuated");
}

int apply_evacuations(struct work *work, struct error *err)
{
	struct wave wave = { 0 };
	int rc;

	/* once more before the first message, however young the answers are */
	EACH_HOST(h, &work->scene)
	h->power.asked_ms = h->storage.seen_ms = h->life.knocked_ms = 0;
	limits_make(work->request, &work->scene, &work->plan, &wave.limits);
	order_begin(&wave.order, &work->plan, &wave.limits);
	progress_begin(&wave.progress, work);
	wave.progress.order = &wave.order;
	wave_begin_pace(work, &wave);
	rc = send_and_follow(work, &wave, err);
	evacuations_withdraw(work);
	plugging_end(&wave.plugging);
	capacity_end(&wave.capacity);
	EACH_HOST(h, &work->scene)
	agent_watch_end(&h->agents.watch);
	progress_end(&wave.progress, work);
	order_free(&wave.order);
	limits_free(&wave.limits);
	return end_of_run(work, rc, err);
}
