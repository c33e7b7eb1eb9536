/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "find/left_behind.h"
#include "model/nova/migration.h"
#include "evacuate/evacuate.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"

#define FAULT_AGE_S 3600
#define NOBODY_TOOK_IT_MS 60000

/* Each change, for whoever looks for one; progress.c tells how far all of them are, and what ended badly. */
static void trace_change(const struct unit *unit, const char *what)
{
	log_debug("%s (%s): %s", unit->step[0].id, str_or(unit->step[0].name, ""), what);
}

/* What is done is written down with its proof; how else it ended, at once: we may not live to the end of the run. */
static void end_sent(struct work *work, struct unit *unit, enum evacuation_phase phase, const char *why)
{
	const struct step *step = &unit->step[0];
	struct error err = { 0 };

	unit->evacuation->ended_ms = clock_monotonic_ms();
	evacuation_enter(unit, phase, arena_dup(&work->plan.arena, why));
	if (phase != PHASE_LANDED &&
	    journal_outcome(work->journal, (size_t)(unit - work->plan.unit), step->state, step->error, &err) != 0)
		log_error("%s", err.text);
}

static void landed(struct work *work, struct unit *unit, const struct evacuation_state *now)
{
	struct evacuation *e = unit->evacuation;
	auto_str struct str text = { 0 };

	e->host = arena_dup(&work->plan.arena, now->host);
	unit->step[0].after[0] = e->host;
	end_sent(work, unit, PHASE_LANDED, NULL);
	str_addf(&text, "done, on %s after %.1f s", now->host, (double)(e->ended_ms - e->sent_ms) / 1000);
	trace_change(unit, text.s);
}

/* A bad end is believed at the second look: nova writes the migration, the instance, its fault and its event one after the
 * other (nova conductor/manager.py and compute/manager.py: rebuild_instance), and what stands between is no end yet. */
static bool is_certain(struct evacuation *e, const char *end)
{
	bool again = str_equal(e->suspected, end);

	e->suspected = end;
	return again;
}

/* 'migration close' makes sure itself that nobody works on it any more and refuses until then: what works now is the list,
 * which has the line to type as soon as it would be taken. */
static const char *cure(struct work *work, const struct evacuation *e)
{
	return arena_printf(&work->plan.arena,
	    _("'evac-manage migration list --host %s --stale' shows when and how to close it"),
	    shell_word(&work->plan.arena, e->rows.host));
}

/* Why it failed, by the words of nova that tell; the first that do. */
static void find_cause(struct work *work, struct evacuation *e, const struct cause_words *words)
{
	if (!e->cause.what)
		cause_read(words, &work->plan.arena, &e->cause);
}

/* A placement that is down reads as one without capacity: whether it answers tells the two apart, where its address is known.
 */
static void settle_cause(struct work *work, struct evacuation *e)
{
	const struct peer_fact *placement = &work->scene.peers.v[PEER_PLACEMENT];

	if (!e->cause.ambiguous || !work->scene.peers.known)
		return;
	scene_look_at_peers(&work->scene, 1u << PEER_PLACEMENT);
	if (peer_state(placement) != PEER_UNKNOWN)
		cause_settle(&e->cause, peer_state(placement) == PEER_ANSWERS, &work->plan.arena);
}

/* "cinder-api at http://ctl:8776 does not answer; " and nova's own words after it. */
static const char *with_cause(struct work *work, const struct evacuation *e, const char *words)
{
	struct arena *arena = &work->plan.arena;

	if (!e->cause.what)
		return words;
	if (e->cause.reach == REACH_PORTS && e->waits_for)
		return arena_printf(arena, _("%s; it waited for %s; %s"), e->cause.what, e->waits_for, words);
	return arena_printf(arena, "%s; %s", e->cause.what, words);
}

/* A guest lives on, and what nova has already given its new host is missing where it runs. */
static const char *and_left_behind(struct work *work, const struct unit *unit)
{
	struct arena *arena = &work->plan.arena;
	const char *host = unit->evacuation->rows.host, *text;
	auto_str struct str said = { 0 };
	struct left_behind left;

	left_behind_find(&work->world, unit->step[0].id, host, &left);
	left_behind_say(&left, &said);
	text = said.n ?
	    arena_printf(arena, _("; %s: 'evac-manage host return %s' has the commands that bring them back"), said.s,
		shell_word(arena, host)) :
	    left.absent ?
	    arena_printf(arena, _("; whether its ports and attachments are on the new host is not known: %s"), left.absent) :
	    "";
	left_behind_free(&left);
	return text;
}

/* The instance is still its old host's. May it simply be evacuated again, or has the compute left its guest running? */
static int add_what_next(struct work *work, const struct unit *unit, const char **why, struct error *err)
{
	struct arena *arena = &work->plan.arena;
	const char *guest_on = NULL;
	struct attempts attempts;

	if (attempts_unfinished(work->scene.nova.home->cell->db, unit->step[0].id, &attempts, err) != 0)
		return -1;
	for (size_t i = 0; i < attempts.n; i++)
		if (attempt_speaks(&attempts, i))
			guest_on = arena_dup(arena, str_or(attempts.v[i].host, "?"));
	attempts_free(&attempts);
	if (unit->evacuation->cause.guest_alive) {
		*why = arena_printf(arena, _("%s; it is still on '%s'; %s%s"), *why, unit->evacuation->rows.host,
		    unit->evacuation->cause.next, and_left_behind(work, unit));
		return 0;
	}
	*why = guest_on ?
	    arena_printf(arena,
		_("%s; nova has it on '%s', but its guest may run on '%s': look there first (virsh domstate %s), then run the same command again"),
		*why, unit->evacuation->rows.host, guest_on, unit->step[0].id) :
	    arena_printf(arena, _("%s; it is still on '%s'; %s, then the same command evacuates it again"), *why,
		unit->evacuation->rows.host, str_or(unit->evacuation->cause.next, _("fix the cause")));
	return 0;
}

/* The fault is the compute's, with its trace, or the conductor's own decision. A conductor's event names what no fault does. */
static int read_failure(struct work *work, struct evacuation *e, const char **why, struct error *err)
{
	struct db *cell = work->scene.nova.home->cell->db;
	struct action_events events = { 0 };
	struct fault fault;
	struct cause_words words;

	if (fault_latest(cell, e->rows.instance_uuid, FAULT_AGE_S, &fault, err) != 0)
		return -1;
	words = (struct cause_words){ fault.message, fault.details };
	find_cause(work, e, &words);
	if (fault.exists)
		*why = arena_printf(&work->plan.arena, _("%s: %s (fault %lld)"), *why,
		    e->cause.what ? str_or(fault.message, "") : cause_words_said(&words, &work->plan.arena),
		    (long long)fault.code);
	fault_free(&fault);
	if (!e->cause.what && evacuation_events(cell, e->rows.instance_uuid, e->rows.request_id, &events, err) != 0)
		return -1;
	for (size_t i = 0; i < events.n; i++)
		if (str_equal(events.v[i].result, "Error"))
			find_cause(work, e, &(struct cause_words){ events.v[i].details, events.v[i].traceback });
	action_events_free(&events);
	settle_cause(work, e);
	*why = with_cause(work, e, *why);
	return 0;
}

static int failed(struct work *work, struct unit *unit, const struct evacuation_state *now, struct error *err)
{
	const char *why = arena_printf(&work->plan.arena, _("nova ended it as '%s' (instance %s)"), now->migration_status,
	    str_or(now->vm_state, _("without a state")));

	if (read_failure(work, unit->evacuation, &why, err) != 0)
		return -1;
	if (str_equal(now->host, unit->evacuation->rows.host) && add_what_next(work, unit, &why, err) != 0)
		return -1;
	end_sent(work, unit, PHASE_FAILED, why);
	return 0;
}

/* The last one of the name. */
static const struct action_event *find_event(const struct action_event *events, size_t n, const char *name)
{
	const struct action_event *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (str_equal(events[i].event, name))
			found = &events[i];
	return found;
}

static void given_up(struct work *work, struct unit *unit, const char *by, const struct action_event *event)
{
	struct evacuation *e = unit->evacuation;
	struct arena *arena = &work->plan.arena;
	const char *why;

	find_cause(work, e, &(struct cause_words){ event->details, event->traceback });
	why = arena_printf(arena, _("%s failed (%.200s) and left its migration '%s'"), by,
	    str_or(event->details, _("see its log")), str_or(e->status, "accepted"));
	why = e->cause.next ?
	    arena_printf(arena, _("%s; %s; %s; then run the same command again"), why, e->cause.next, cure(work, e)) :
	    arena_printf(arena, _("%s; %s; then run the same command again"), why, cure(work, e));
	end_sent(work, unit, PHASE_FAILED, with_cause(work, e, why));
}

/* Not ended: has the conductor or the compute failed at it, or has nobody taken it at all? Its events tell. */
static void heed_events(struct work *work, struct unit *unit, const struct evacuation_seen *seen)
{
	struct evacuation *e = unit->evacuation;
	bool accepted = str_equal(e->status, "accepted");
	const struct action_event *event;

	event = find_event(seen->event, seen->nevent, accepted ? "rebuild_server" : "compute_rebuild_instance");
	if (event && str_equal(event->result, "Error")) {
		if (is_certain(e, accepted ? "conductor" : "compute"))
			given_up(work, unit,
			    accepted ? "nova-conductor" :
				       arena_printf(&work->plan.arena, _("nova-compute on '%s'"), str_or(event->host, e->dest)),
			    event);
	} else if (accepted && !event && !e->warned && clock_monotonic_ms() - e->sent_ms > NOBODY_TOOK_IT_MS) {
		e->warned = true;
		log_warn(
		    "%s (%s): no nova-conductor has taken its message for a minute; it may have been refused: see nova-conductor's log",
		    unit->step[0].id, str_or(unit->step[0].name, ""));
	}
}

static bool compute_is_down(struct work *work, const char *host)
{
	struct nova_services now = { 0 };
	struct error err = { 0 };
	const struct nova_service *s;
	bool down = false;

	if (nova_services_of_host(work->scene.nova.home->cell->db, host, &now, &err) == 0) {
		s = nova_service_find(&now, "nova-compute", host);
		down = s && !nova_service_is_up(s, work->scene.nova.down_s);
	}
	nova_services_free(&now);
	return down;
}

/* Handed on to a compute, and nobody knows to which: its message may wait in a queue that nobody reads. */
static const char *waits_at(struct work *work, const struct evacuation *e)
{
	struct arena *arena = &work->plan.arena;
	struct waiting_queues waiting;
	const struct waiting_queue *q;

	scene_find_waiting(&work->scene, work->scene.nova.home, arena, &waiting);
	for (q = waiting.v; q < waiting.v + waiting.n; q++)
		if (compute_is_down(work, q->host))
			return arena_printf(arena,
			    q->messages == 1 ?
				_("queue '%s' holds %u message, perhaps its own; nova-compute begins it when it returns; to prevent that, delete the queue, then %s") :
				_("queue '%s' holds %u messages, perhaps its own; nova-compute begins it when it returns; to prevent that, delete the queue, then %s"),
			    q->queue, q->messages, cure(work, e));
	return arena_printf(arena, _("nova-conductor has sent it to a nova-compute; if that does not build it, %s"),
	    cure(work, e));
}

static const char *stands_at(struct work *work, const struct evacuation *e, const struct action_events *events)
{
	const struct action_event *event = find_event(events->v, events->n, "rebuild_server");
	const char *target = work->request->what.force ? work->request->what.target_host : e->dest;
	struct arena *arena = &work->plan.arena;
	auto_str struct str who = { 0 };

	if (!str_equal(e->status, "accepted") && target && e->waits_for)
		return arena_printf(arena,
		    _("nova-compute on '%s' waits for %s; after vif_plugging_timeout nova ends it in ERROR; next: evac-manage journal recover %s"),
		    target, e->waits_for, work->run);
	if (!str_equal(e->status, "accepted") && target)
		return compute_is_down(work, target) ?
		    arena_printf(arena,
			_("nova-compute on '%s' was building it and is down; when it is certain that it does not return, %s"),
			target, cure(work, e)) :
		    arena_printf(arena, _("nova-compute on '%s' is building it; if that does not end, %s"), target,
			cure(work, e));
	if (!event)
		return arena_printf(arena,
		    _("no nova-conductor has taken its message; when none waits in queue 'conductor' any more, %s"),
		    cure(work, e));
	if (!event->result) {
		action_event_service(event, &who);
		return arena_printf(arena,
		    _("%s has begun it, and goes on when placement, neutron and keystone answer; to end it, restart that service first; then 'evac-manage migration list --host %s' shows how to close it"),
		    who.s, shell_word(arena, e->rows.host));
	}
	if (target && compute_is_down(work, target))
		return arena_printf(arena,
		    _("it waits in queue 'compute.%s'; nova-compute builds it when it returns; to prevent that, delete the queue, then %s"),
		    target, cure(work, e));
	return waits_at(work, e);
}

const char *evacuation_stands(struct work *work, const struct unit *unit)
{
	const struct evacuation *e = unit->evacuation;
	struct action_events events = { 0 };
	struct error err = { 0 };
	const char *where = _("its state in nova could not be read");

	if (work->scene.nova.home->cell->db && e->migration_id &&
	    evacuation_events(work->scene.nova.home->cell->db, e->rows.instance_uuid, e->rows.request_id, &events, &err) == 0)
		where = stands_at(work, e, &events);
	action_events_free(&events);
	return where;
}

/* Is it another one than the last look saw? */
static bool note_status(struct work *work, struct evacuation *e, const char *status)
{
	if (str_equal(e->status, status))
		return false;
	e->status = arena_dup(&work->plan.arena, status);
	return true;
}

static void trace_status(struct work *work, struct unit *unit, const struct evacuation_state *now)
{
	struct evacuation *e = unit->evacuation;
	auto_str struct str text = { 0 };

	if (!note_status(work, e, now->migration_status))
		return;
	e->dest = arena_dup(&work->plan.arena, now->dest_compute);
	str_addf(&text, "%s%s%s", now->migration_status, now->dest_compute ? ", to " : "", str_or(now->dest_compute, ""));
	trace_change(unit, text.s);
}

static int follow_state(struct work *work, struct unit *unit, const struct evacuation_seen *seen, struct error *err)
{
	const struct evacuation_state *now = &seen->state;
	const char *status = now->migration_status;

	unit->evacuation->migration_id = now->migration_id;
	/* 'done' alone is not the end: nova clears the task state before it writes the new host. */
	if ((strcmp(status, "done") == 0 || strcmp(status, "completed") == 0) &&
	    !str_equal(now->host, unit->evacuation->rows.host)) {
		landed(work, unit, now);
		return 0;
	}
	if (strcmp(status, "failed") == 0 || strcmp(status, "error") == 0)
		return is_certain(unit->evacuation, "nova") ? failed(work, unit, now, err) : 0;
	if (strcmp(status, "accepted") != 0)
		trace_status(work, unit, now);
	else
		note_status(work, unit->evacuation, status);
	heed_events(work, unit, seen);
	return 0;
}

/* Its rows were committed, and are not there: whatever nova does with the message now, they do not tell it any more. */
static void vanished(struct work *work, struct unit *unit, const struct evacuation_state *now)
{
	static const char *const gone[] = { N_("its migration and its instance are not in the database any more"),
		N_("its migration is not in the database any more"), N_("its instance is not in the database any more") };
	const char *why = arena_printf(&work->plan.arena,
	    _("%s: the database lost it (a crash, a failover to a replica that lagged), or it was deleted; nova may still work on it; next: evac-manage journal recover %s"),
	    _(gone[now->exists           ? 2 :
		    now->instance_exists ? 1 :
					   0]),
	    work->run);

	end_sent(work, unit, PHASE_LOST, why);
}

static int follow_sent(struct work *work, const size_t *sent, const struct evacuations_seen *seen, struct error *err)
{
	for (size_t i = 0; i < seen->n; i++) {
		struct unit *unit = &work->plan.unit[sent[i]];
		const struct evacuation_state *now = &seen->v[i].state;

		if (!now->exists || !now->instance_exists)
			vanished(work, unit, now);
		else if (follow_state(work, unit, &seen->v[i], err) != 0)
			return -1;
	}
	return 0;
}

int evacuations_look(struct work *work, struct error *err)
{
	auto_free size_t *sent = xcalloc(work->plan.nunit + 1, sizeof *sent);
	auto_free struct evacuation_asked *asked = xcalloc(work->plan.nunit + 1, sizeof *asked);
	struct evacuations_seen seen;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < work->plan.nunit; i++) {
		const struct evacuation_rows *rows;

		if (!evacuation_is(&work->plan.unit[i], PHASE_SENT))
			continue;
		rows = &work->plan.unit[i].evacuation->rows;
		asked[n] = (struct evacuation_asked){ rows->migration_uuid.text, work->plan.unit[i].step[0].id,
			rows->request_id };
		sent[n++] = i;
	}
	if (n == 0)
		return 0;
	if (evacuations_see(work->scene.nova.home->cell->db, asked, n, &seen, err) != 0)
		return -1;
	rc = follow_sent(work, sent, &seen, err);
	evacuations_seen_free(&seen);
	return rc;
}
