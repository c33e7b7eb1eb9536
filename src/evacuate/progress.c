/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/progress.h"

#include <stdlib.h>

#include "evacuate/pace.h"
#include "plan/evacuation.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/status.h"

#define LINE_MS 10000  /* between two lines, at least */
#define LOOK_MS 100    /* between two looks in a wave */
#define ALIVE_MS 60000 /* and at most, though nothing has changed: we are still there */

struct tally {
	size_t all, ended, failed, left, under_way, waiting, network;
	size_t for_ports; /* of those under way, whose computes wait for a port */
};

static void take_tally(const struct plan *plan, struct tally *t)
{
	*t = (struct tally){ 0 };
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++) {
		if (u->kind != UNIT_EVACUATION)
			continue;
		t->all++;
		t->waiting += evacuation_is_waiting(u);
		t->under_way += evacuation_is(u, PHASE_SENT);
		t->for_ports += evacuation_is(u, PHASE_SENT) && u->evacuation->wait_recorded;
		t->left += !u->evacuation && u->step[0].state == STATE_SKIPPED;
		t->failed += u->evacuation && !evacuation_has_landed(u) && !evacuation_is(u, PHASE_SENT) &&
		    !evacuation_is(u, PHASE_WAITING);
		t->ended += evacuation_has_landed(u);
		t->network += evacuation_is(u, PHASE_NOT_READY);
	}
	t->ended += t->failed;
}

/* ---- how fast */

/* Of all that were sent: how long they took, or have been under way; when they were sent, and when they ended. */
struct times {
	int64_t *took, *since, *sent, *end;
	size_t ended, under_way, nsent;
	size_t first; /* in since */
};

static void times_free(struct times *t)
{
	free(t->took);
	free(t->since);
	free(t->sent);
	free(t->end);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool goes_first(const struct order *order, size_t unit)
{
	return order && !order->tally[order->kind_of[unit]].shown;
}

static void take_times(const struct plan *plan, const struct order *order, int64_t now_ms, struct times *t)
{
	*t = (struct times){ xcalloc(plan->nunit + 1, sizeof *t->took), xcalloc(plan->nunit + 1, sizeof *t->since),
		xcalloc(plan->nunit + 1, sizeof *t->sent), xcalloc(plan->nunit + 1, sizeof *t->end), 0, 0, 0, PACE_NONE };
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++) {
		if (!evacuation_was_cast(u))
			continue;
		t->sent[t->nsent++] = u->evacuation->sent_ms;
		if (evacuation_is(u, PHASE_SENT)) {
			t->first = goes_first(order, (size_t)(u - plan->unit)) ? t->under_way : t->first;
			t->since[t->under_way++] = now_ms - u->evacuation->sent_ms;
		} else {
			t->took[t->ended] = u->evacuation->ended_ms - u->evacuation->sent_ms;
			t->end[t->ended++] = u->evacuation->ended_ms;
		}
	}
	vec_sort(t->took, t->ended, sizeof *t->took, by_value);
	vec_sort(t->sent, t->nsent, sizeof *t->sent, by_value);
	vec_sort(t->end, t->ended, sizeof *t->end, by_value);
}

/* Our own time between an end and the next message; the median, which no pause lengthens. */
static int64_t usual_gap(const struct times *t)
{
	int64_t *gap = xcalloc(t->nsent + 1, sizeof *gap), usual;
	size_t n = 0, before = 0;

	for (size_t i = 0; i < t->nsent; i++) {
		while (before < t->ended && t->end[before] <= t->sent[i])
			before++;
		if (before > 0)
			gap[n++] = t->sent[i] - t->end[before - 1];
	}
	vec_sort(gap, n, sizeof *gap, by_value);
	usual = n ? gap[n / 2] : 0;
	free(gap);
	return usual;
}

static void add_left(int64_t ms, struct str *out)
{
	long long s = (ms + 999) / 1000, min = (s + 30) / 60;

	str_add(out, ", ");
	if (s < 100)
		str_addf(out, _("about %lld s left"), s);
	else if (s < 600)
		str_addf(out, _("about %lld min %02lld s left"), (s + 5) / 10 * 10 / 60, (s + 5) / 10 * 10 % 60);
	else if (min < 120)
		str_addf(out, _("about %lld min left"), min);
	else
		str_addf(out, _("about %lld h %02lld min left"), min / 60, min % 60);
}

static void add_pace(const struct progress *progress, const struct work *work, const struct tally *tally, struct str *out)
{
	size_t window = progress->width > 0 ? progress->width : 1;
	int64_t now_ms = clock_monotonic_ms(), busy_ms;
	struct times t;
	struct pace pace;

	take_times(&work->plan, progress->order, now_ms, &t);
	pace = (struct pace){ t.took, t.ended, t.since, t.under_way, tally->waiting, window, usual_gap(&t),
		progress->order ? order_firsts(progress->order) : 0, t.first };
	busy_ms = t.nsent ? now_ms - t.sent[0] - progress->paused_ms : 0;
	if (t.ended > 0 && busy_ms > 0) {
		str_add(out, ", ");
		str_addf(out, _("%.1f a minute"), (double)t.ended * 60000 / (double)busy_ms);
	}
	if (t.ended > 0 && !progress->paused && !progress->ails && tally->waiting + tally->under_way > 0)
		add_left(pace_left(&pace), out);
	times_free(&t);
}

static const char *const waits_for[AILMENTS] = { [AILS_QUEUE] = N_("waiting for nova-conductor's queue"),
	[AILS_DATABASE] = N_("waiting for the database"),
	[AILS_EVENTS] = N_("waiting, as evacuations of others fail") };

/* Each part stands for itself, so that it can be said in any language. */
static void add_text(const struct progress *progress, const struct work *work, const struct tally *t, struct str *out)
{
	str_addf(out, _("%zu of %zu ended"), t->ended, t->all);
	str_add(out, ", ");
	str_addf(out, _("%zu failed"), t->failed);
	str_add(out, ", ");
	str_addf(out, _("%zu under way"), t->under_way);
	if (progress->width_is_found && t->waiting > 0) {
		str_addc(out, ' ');
		str_addf(out, _("of %zu at once"), progress->width);
	}
	if (t->for_ports > 0) {
		str_add(out, ", ");
		str_addf(out, _("%zu of them wait for a port"), t->for_ports);
	}
	if (t->network > 0) {
		str_add(out, ", ");
		str_addf(out, _("%zu without a ready network"), t->network);
	}
	if (t->left > 0) {
		str_add(out, ", ");
		str_addf(out, _("%zu not begun"), t->left);
	}
	if (progress->order && work->plan.nphase > 1 && !work->request->how.no_wait) {
		str_add(out, ", ");
		str_addf(out, _("phase %zu of %zu"), progress->order->phase, work->plan.nphase);
	}
	if (progress->paused) {
		str_add(out, ", ");
		str_add(out, _("paused"));
	} else if (progress->ails) {
		str_add(out, ", ");
		str_add(out, _(waits_for[progress->ails]));
	}
	add_pace(progress, work, t, out);
}

void progress_text(const struct progress *progress, const struct work *work, struct str *out)
{
	struct tally t;

	take_tally(&work->plan, &t);
	add_text(progress, work, &t, out);
}

/* ---- when, and where */

void progress_begin(struct progress *progress, const struct work *work)
{
	const char *wanted = str_or(work->request->shown.progress, "auto");
	bool line = work->request->shown.log_json || str_equal(wanted, "line") || !status_is_possible();

	*progress = (struct progress){ .said_ms = clock_monotonic_ms() };
	progress->way = str_equal(wanted, "off") ? PROGRESS_OFF : line ? PROGRESS_LINE : PROGRESS_BAR;
}

/* At once, and once each; a network that is not ready, when it is late. What is unknown is said whatever is shown. A timeout is
 * the end of the run, which names it. */
static void tell_bad_ends(const struct progress *progress, struct work *work)
{
	int64_t now_ms = clock_monotonic_ms();

	for (struct unit *u = work->plan.unit; u < work->plan.unit + work->plan.nunit; u++) {
		bool unknown = evacuation_is(u, PHASE_IN_DOUBT) || evacuation_is(u, PHASE_LOST);

		if (!u->evacuation || u->evacuation->told ||
		    !(unknown || evacuation_is(u, PHASE_FAILED) || evacuation_is(u, PHASE_NOT_SENT) ||
			evacuation_network_is_late(u, now_ms)))
			continue;
		u->evacuation->told = true;
		if (unknown || progress->way != PROGRESS_OFF)
			log_line(unknown ? LOG_ERROR : LOG_WARN, "%s (%s): %s", u->step[0].id, str_or(u->step[0].name, ""),
			    str_or(u->step[0].error, ""));
	}
}

static bool is_due(const struct progress *progress, const struct tally *t)
{
	int64_t quiet_ms = clock_monotonic_ms() - progress->said_ms;
	bool changed = t->ended != progress->said_ended || t->failed != progress->said_failed;

	return quiet_ms >= ALIVE_MS || (changed && quiet_ms >= LINE_MS);
}

void progress_tell(struct progress *progress, struct work *work)
{
	auto_str struct str text = { 0 };
	struct tally t;

	tell_bad_ends(progress, work);
	take_tally(&work->plan, &t);
	if (progress->way == PROGRESS_OFF || (progress->way == PROGRESS_LINE && !is_due(progress, &t)))
		return;
	add_text(progress, work, &t, &text);
	if (progress->way == PROGRESS_BAR) {
		status_show(text.s);
		return;
	}
	log_notice("%s", text.s);
	progress->said_ms = clock_monotonic_ms();
	progress->said_ended = t.ended;
	progress->said_failed = t.failed;
}

void progress_tell_at_times(struct progress *progress, struct work *work)
{
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms - progress->told_ms < LOOK_MS)
		return;
	progress->told_ms = now_ms;
	progress_tell(progress, work);
}

void progress_end(struct progress *progress, struct work *work)
{
	tell_bad_ends(progress, work);
	if (progress->way == PROGRESS_BAR)
		status_show(NULL);
}
