/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "op/evacuation.h"
#include "util/clock.h"
#include "util/log.h"

#define FAULT_AGE_S 3600
#define NOBODY_TOOK_IT_MS 60000

static void say(const struct unit *unit, const char *what)
{
	log_notice("%s (%s): %s", unit->step[0].id, str_or(unit->step[0].name, ""), what);
}

static void end(struct run *run, struct unit *unit, enum evacuation_phase phase, enum state state, const char *why)
{
	unit->evacuation->phase = phase;
	unit->evacuation->error = arena_dup(&run->plan.arena, why);
	unit->evacuation->ended_ms = clock_monotonic_ms();
	unit_set_state(unit, state, unit->evacuation->error);
}

static void landed(struct run *run, struct unit *unit, const struct evacuation_state *now)
{
	struct evacuation *e = unit->evacuation;
	auto_str struct str text = { 0 };

	snprintf(e->host, sizeof e->host, "%s", now->host);
	unit->step[0].after[0] = arena_dup(&run->plan.arena, now->host);
	end(run, unit, PHASE_LANDED, STATE_APPLIED, NULL);
	str_addf(&text, "done, on %s after %.1f s", now->host, (double)(e->ended_ms - e->sent_ms) / 1000);
	say(unit, text.s);
}

static int failed(struct run *run, struct unit *unit, const struct evacuation_state *now, struct error *err)
{
	auto_free char *fault = NULL;
	const char *why;

	if (fault_latest(run->scene.home->cell->db, unit->step[0].id, FAULT_AGE_S, &fault, err) != 0)
		return -1;
	why = arena_printf(&run->plan.arena, "nova ended it as '%s' (instance %s)%s%s", now->migration_status,
	    str_or(now->vm_state, "in no state"), *fault ? ": " : "", fault);
	end(run, unit, PHASE_FAILED, STATE_FAILED, why);
	say(unit, why);
	return 0;
}

/* Still 'accepted': has the conductor failed at it, or has nobody taken it at all? Its events tell. */
static int look_at_events(struct run *run, struct unit *unit, struct error *err)
{
	struct evacuation *e = unit->evacuation;
	struct action_events events;
	const char *why = NULL;

	if (evacuation_events(run->scene.home->cell->db, e->rows.instance_uuid, e->rows.request_id, &events, err) != 0)
		return -1;
	for (size_t i = 0; i < events.n; i++)
		if (str_equal(events.v[i].event, "rebuild_server") && str_equal(events.v[i].result, "Error"))
			why = arena_printf(&run->plan.arena, "the conductor failed at it (%.200s); the instance is left 'rebuilding'",
			    str_or(events.v[i].details, "see its log"));
	if (why) {
		end(run, unit, PHASE_FAILED, STATE_FAILED, why);
		say(unit, why);
	} else if (events.n == 0 && e->phase == PHASE_SENT && !e->dest[0] &&
	    clock_monotonic_ms() - e->sent_ms > NOBODY_TOOK_IT_MS) {
		snprintf(e->dest, sizeof e->dest, "?");
		say(unit, "no conductor has taken the message for a minute; it may have been refused: see nova-conductor's log");
	}
	action_events_free(&events);
	return 0;
}

static void tell_progress(struct unit *unit, const struct evacuation_state *now)
{
	struct evacuation *e = unit->evacuation;
	auto_str struct str text = { 0 };

	if (strcmp(e->status, now->migration_status) == 0)
		return;
	snprintf(e->status, sizeof e->status, "%s", now->migration_status);
	str_addf(&text, "%s%s%s", now->migration_status, now->dest_compute ? ", to " : "", str_or(now->dest_compute, ""));
	say(unit, text.s);
}

static int judge(struct run *run, struct unit *unit, const struct evacuation_state *now, struct error *err)
{
	const char *status = now->migration_status;

	/* 'done' alone is not the end: nova clears the task state before it writes the new host. */
	if ((strcmp(status, "done") == 0 || strcmp(status, "completed") == 0) && !str_equal(now->host, unit->evacuation->rows.host)) {
		landed(run, unit, now);
		return 0;
	}
	if (strcmp(status, "failed") == 0 || strcmp(status, "error") == 0)
		return failed(run, unit, now, err);
	if (strcmp(status, "accepted") == 0)
		return look_at_events(run, unit, err);
	tell_progress(unit, now);
	return 0;
}

int evacuation_look(struct run *run, struct unit *unit, struct error *err)
{
	struct evacuation_state now;
	int rc = 0;

	if (evacuation_state_get(run->scene.home->cell->db, &unit->evacuation->rows.migration_uuid, &now, err) != 0)
		return -1;
	if (now.exists)
		rc = judge(run, unit, &now, err);
	evacuation_state_free(&now);
	return rc;
}
