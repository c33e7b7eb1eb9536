/* SPDX-License-Identifier: Apache-2.0 */
#include "wave_internal.h"

#include "journal/journal.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"

/* The width of a run, and the cloud's health: what the plan shows is given to width.c and health.c, which decide; what came of
 * it is told and written down. */

static size_t count_begun(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].evacuation != NULL;
	return n;
}

static size_t count_to_begin(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += evacuation_is_waiting(&plan->unit[i]);
	return n;
}

/* No reader of ours needs either. */
static void heed_journal(int rc, const struct error *err)
{
	if (rc != 0)
		log_error("%s", err->text);
}

static void put_rate(json_object *record, const char *key, double rate)
{
	put(record, key, rate > 0 ? json_object_new_int64((int64_t)(rate * 60 + 0.5)) : NULL);
}

static void record_width(struct work *work, const struct wave *wave, size_t was, const char *why)
{
	json_object *record = json_object_new_object();
	struct error err = { 0 };

	put_count(record, "width", wave->width.now);
	put(record, "was", was ? json_object_new_int64((int64_t)was) : NULL);
	put_text(record, "why", why);
	put_count(record, "under_way", wave_in_flight(&work->plan));
	put_rate(record, "a_minute", wave->width.last_rate);
	put_count(record, "targets", wave->limits.targets);
	put(record, "per_target", wave->limits.per_target ? json_object_new_int64((int64_t)wave->limits.per_target) : NULL);
	heed_journal(journal_add(work->journal, "pace", record, false, &err), &err);
}

void wave_begin_pace(struct work *work, struct wave *wave)
{
	size_t n = count_to_begin(&work->plan);

	if (wave->limits.measured)
		width_begin(&wave->width, wave->limits.targets, n, wave->limits.per_target);
	else
		wave->width = (struct width){ .now = wave->limits.window };
	wave->progress.width = wave->width.now;
	wave->progress.width_is_found = wave->limits.measured && n > 1;
	if (n > 1 && !work->request->how.no_wait)
		record_width(work, wave, 0, wave->limits.measured ? width_why_name[WIDTH_BEGINS] : "given");
}

/* ---- the width */

/* What only this one instance fails for says nothing about the pace. */
static bool speaks_against(const struct unit *unit, const struct width *width)
{
	return evacuation_is(unit, PHASE_FAILED) && unit->evacuation->cause.reach != REACH_INSTANCE &&
	    unit->evacuation->sent_ms >= width->narrowed_ms;
}

static void see_ends(const struct plan *plan, const struct wave *wave, struct width_seen *out)
{
	const struct width *width = &wave->width;

	*out = (struct width_seen){ .now_ms = clock_monotonic_ms(),
		.queue_grows = wave->health.grows,
		.database_slows = health_database_lags(&wave->health) };
	for (size_t i = 0; i < plan->nunit; i++) {
		const struct evacuation *e = plan->unit[i].evacuation;

		out->failed += speaks_against(&plan->unit[i], width);
		if (!evacuation_is(&plan->unit[i], PHASE_PROVED) || width->since_ms == 0 || e->ended_ms <= width->since_ms)
			continue;
		out->done++;
		out->last_done_ms = e->ended_ms > out->last_done_ms ? e->ended_ms : out->last_done_ms;
	}
}

/* The first of all went alone, and tells how long one takes when nothing is beside it. */
static void look_at_first(const struct plan *plan, struct wave *wave)
{
	for (size_t i = 0; i < plan->nunit && !wave->alone_known; i++) {
		if (!evacuation_is(&plan->unit[i], PHASE_PROVED))
			continue;
		wave->alone_known = true;
		if (count_begun(plan) == 1)
			width_alone(&wave->width, plan->unit[i].evacuation->ended_ms - plan->unit[i].evacuation->sent_ms);
	}
}

static void find_width(struct work *work, struct wave *wave)
{
	size_t was = wave->width.now;
	struct width_seen seen;
	enum width_why why;

	look_at_first(&work->plan, wave);
	see_ends(&work->plan, wave, &seen);
	if (!width_look(&wave->width, &seen, &why))
		return;
	wave->progress.width = wave->width.now;
	record_width(work, wave, was, width_why_name[why]);
	log_info("under way at once: %zu, before %zu (%s)", wave->width.now, was, width_why_name[why]);
}

/* ---- the health */

static void record_health(struct work *work, const struct wave *wave, const char *state, const char *why)
{
	const struct health *h = &wave->health;
	json_object *record = json_object_new_object();
	struct error err = { 0 };

	put_text(record, "state", state);
	put_text(record, "ails", ailment_name[h->ails]);
	put_text(record, "why", why);
	put(record, "messages", h->seen.queue_known ? json_object_new_int64(h->seen.messages) : NULL);
	put(record, "database_ms", h->seen.database_known ? json_object_new_int64(h->seen.database_ms) : NULL);
	put_count(record, "ended", h->seen.ended);
	put_count(record, "failed", h->seen.failed);
	heed_journal(journal_add(work->journal, "health", record, false, &err), &err);
}

static void look_at_health(struct work *work, struct wave *wave)
{
	int64_t now_ms = clock_monotonic_ms();
	struct health_seen seen;

	/* where the way is closed it is tried itself, and who is away would be waited for twice */
	if (wave->way_closed || (wave->health.looked_ms != 0 && now_ms - wave->health.looked_ms < HEALTH_LOOK_MS))
		return;
	health_look(work, &seen);
	health_judge(&wave->health, &work->world.site.pace, &seen);
	wave->health.looked_ms = now_ms;
}

void wave_steer(struct work *work, struct wave *wave)
{
	if (count_to_begin(&work->plan) == 0)
		return;
	look_at_health(work, wave);
	if (wave->limits.measured && !work->request->how.no_wait)
		find_width(work, wave);
}

void wave_steered(struct work *work, struct wave *wave)
{
	bool others_wait = count_to_begin(&work->plan) > 0 && !order_has_first(&wave->order);

	if (wave->limits.measured)
		width_filled(&wave->width, wave_in_flight(&work->plan), others_wait, clock_monotonic_ms());
}

static void begin_unwell(struct work *work, struct wave *wave)
{
	auto_str struct str why = { 0 };

	health_say(&wave->health, work, &why);
	wave->unwell = true;
	wave->unwell_ms = clock_monotonic_ms();
	wave->way_closed = false; /* how long it was closed says nothing afterwards */
	log_warn("%s; waiting for %lld s at most ([pace] patience)", why.s, (long long)work->world.site.pace.patience_s);
	record_health(work, wave, "waits", why.s);
}

static void end_unwell(struct work *work, struct wave *wave)
{
	wave->unwell = false;
	wave->phase_since_ms = clock_monotonic_ms(); /* as after a pause */
	log_notice("the cloud takes more again; instances are begun again");
	record_health(work, wave, "goes-on", NULL);
}

static void lose_patience(struct work *work, struct wave *wave)
{
	auto_str struct str why = { 0 };

	health_say(&wave->health, work, &why);
	wave->unwell = false;
	record_health(work, wave, "given-up", why.s);
	wave_leave_waiting(&work->plan,
	    arena_printf(&work->plan.arena, _("not begun within %lld s: %s"), (long long)work->world.site.pace.patience_s,
		why.s));
}

bool wave_is_unwell(struct work *work, struct wave *wave)
{
	int64_t patience_ms = work->world.site.pace.patience_s * 1000;

	look_at_health(work, wave);
	if (wave->health.ails && !wave->unwell)
		begin_unwell(work, wave);
	else if (!wave->health.ails && wave->unwell)
		end_unwell(work, wave);
	wave->progress.ails = wave->unwell ? wave->health.ails : AILS_NOTHING;
	if (wave->unwell && clock_monotonic_ms() - wave->unwell_ms >= patience_ms)
		lose_patience(work, wave);
	return wave->health.ails != AILS_NOTHING;
}
