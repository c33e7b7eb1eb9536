/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/nova/migration.h"
#include "find/finding.h"
#include "recovery_internal.h"
#include "apply/apply.h"
#include "plan/evacuation.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/str.h"

#define LOOKS_MAX 4
#define DUPLICATE 1062 /* ER_DUP_ENTRY: its uuid is there, so the first try was committed */

/* One evacuation and all that the journal and the cell's database know about it. */
struct look {
	struct arena *arena; /* the plan's */
	struct db *cell;
	struct cell_columns columns;
	struct evacuation *e;
	struct known known;
	char status[64];
	char task_state[64];     /* the instance's; "": none */
	char vm_state[64];       /* the same */
	int64_t instance_idle_s; /* since its instance was written; -1: not known */
	const char *held_by;     /* HELD_MAYBE: why, in the plan's arena */
	char begun_by[300];      /* who has begun with it and not ended it; "": nobody */
};

static struct db *find_cell(struct recovery *r, size_t index, struct error *err)
{
	const char *uuid = r->work.plan.unit[index].step[0].id;
	struct world *w = &r->work.world;
	struct db *cell = past_database(w, &r->work.plan.unit[index], &r->past.unit[index]);
	struct instances found;
	bool there;

	if (cell)
		return cell;
	for (size_t i = 0; i < w->ncell; i++) {
		if (instance_by_uuid(w->cell[i].db, uuid, &found, err) != 0)
			return NULL;
		there = found.n > 0;
		instances_free(&found);
		if (there)
			return w->cell[i].db;
	}
	if (world_any_lost_cell(w))
		error_set(err, world_any_lost_cell(w)->kind, "instance %s is in no cell that answers: %s", uuid,
		    world_any_lost_cell(w)->text);
	else
		error_set(err, ERROR_NOT_FOUND, "instance %s is in no cell", uuid);
	return NULL;
}

static void take_claim(struct recovery *r, size_t index, struct look *look)
{
	const struct past_unit *past = &r->past.unit[index];
	struct unit *unit = &r->work.plan.unit[index];
	struct step *step = &unit->step[0];

	unit->evacuation = look->e = xcalloc(1, sizeof *look->e);
	look->e->rows = (struct evacuation_rows){ .instance_uuid = step->id,
		.host = step->before[0],
		.vm_state = step->before[1],
		.old_task_state = step->before[2],
		.dest_compute = step->after[0] };
	evacuation_name_ids(r->past.run, step->id, &look->e->rows);
	look->known.claim = str_equal(past->outcome, "failed") || str_equal(past->outcome, "skipped") ? CLAIM_FAILED :
	    !past->outcome || str_equal(past->outcome, "unknown")                                     ? CLAIM_OPEN :
													CLAIM_APPLIED;
}

/* A failed outcome after a publish is nova's or the broker's word, not the transaction's. */
static void take_cast(const struct past_unit *past, struct look *look)
{
	const char *outcome = past->publish_outcome;

	look->known.cast = !past->publish_begun                                                               ? CAST_NEVER :
	    str_equal(outcome, "acked")                                                                       ? CAST_ACKED :
	    str_equal(outcome, "returned") || str_equal(outcome, "refused") || str_equal(outcome, "not_sent") ? CAST_NOT_SENT :
														CAST_UNKNOWN;
	look->known.age = recovery_age(past);
	if (past->publish_begun)
		look->known.claim = CLAIM_APPLIED;
}

static unsigned row_of(const struct evacuation_state *now, const struct evacuation_rows *rows)
{
	const char *status = now->migration_status;

	if (!now->exists)
		return ROW_ABSENT;
	if (str_equal(status, "accepted"))
		return ROW_ACCEPTED;
	if (str_equal(status, "error") || str_equal(status, "failed"))
		return ROW_ERROR;
	if ((str_equal(status, "done") || str_equal(status, "completed")) && !str_equal(now->host, rows->host))
		return ROW_DONE;
	return ROW_WORKING;
}

/* Conductor or compute: what ends with an error is taken up by nobody again. */
static bool gave_up(const struct action_event *e)
{
	return (str_equal(e->event, "rebuild_server") || str_equal(e->event, "compute_rebuild_instance")) &&
	    str_equal(e->result, "Error");
}

static unsigned instance_of(const struct evacuation_state *now, const struct evacuation_rows *rows)
{
	if (!now->instance_exists || now->instance_deleted)
		return INSTANCE_GONE;
	if (str_equal(now->host, rows->host))
		return INSTANCE_OLD;
	return now->task_state ? INSTANCE_BUSY : INSTANCE_MOVED;
}

/* Nobody has its message: none left, or the broker's word. */
static bool is_unsent_cast(const struct look *look)
{
	return look->known.cast & (CAST_NEVER | CAST_NOT_SENT);
}

/* What the instance itself tells: that somebody has begun. Where nobody has our message, a task state that is gone is
 * somebody's who cleared it (nova's reset-state); a conductor that took the migration for another request names its target
 * there. */
static bool instance_speaks(const struct look *look, const struct evacuation_state *now)
{
	if (!now->exists || look->known.instance == INSTANCE_GONE)
		return false;
	if (look->known.instance != INSTANCE_OLD)
		return true;
	return look->known.row == ROW_ACCEPTED && !str_equal(now->task_state, "rebuilding") &&
	    (!is_unsent_cast(look) || !str_equal(now->dest_compute, look->e->rows.dest_compute));
}

static int look_at_rows(struct look *look, struct error *err)
{
	struct evacuation *e = look->e;
	struct evacuation_state now;

	if (evacuation_state_get(look->cell, &e->rows.migration_uuid, e->rows.instance_uuid, &now, err) != 0)
		return -1;
	look->known.row = row_of(&now, &e->rows);
	look->known.instance = instance_of(&now, &e->rows);
	look->known.evidence = instance_speaks(look, &now) ? EVIDENCE_SOME : EVIDENCE_NONE;
	look->instance_idle_s = now.instance_idle_s.set ? now.instance_idle_s.v : -1;
	snprintf(look->task_state, sizeof look->task_state, "%s", str_or(now.task_state, ""));
	snprintf(look->vm_state, sizeof look->vm_state, "%s", str_or(now.vm_state, ""));
	snprintf(look->status, sizeof look->status, "%s", now.exists ? now.migration_status : "");
	e->status = arena_dup(look->arena, now.migration_status);
	e->host = arena_dup(look->arena, now.host);
	evacuation_state_free(&now);
	return 0;
}

static void note_begun(struct look *look, const struct action_events *events)
{
	auto_str struct str who = { 0 };

	look->begun_by[0] = '\0';
	for (size_t i = 0; i < events->n; i++)
		if (!events->v[i].result) {
			str_clear(&who);
			action_event_service(&events->v[i], &who);
			snprintf(look->begun_by, sizeof look->begun_by, "%s", who.s);
		}
}

static int look_at_database(struct look *look, struct error *err)
{
	struct evacuation *e = look->e;
	struct action_events events;
	bool recorded;

	if (look_at_rows(look, err) != 0 ||
	    evacuation_has_action(look->cell, e->rows.instance_uuid, e->rows.request_id, &recorded, err) != 0 ||
	    evacuation_events(look->cell, e->rows.instance_uuid, e->rows.request_id, &events, err) != 0)
		return -1;
	note_begun(look, &events);
	for (size_t i = 0; i < events.n; i++)
		look->known.evidence = look->known.evidence == EVIDENCE_FAILED || gave_up(&events.v[i]) ? EVIDENCE_FAILED :
													  EVIDENCE_SOME;
	if (!recorded && look->known.evidence == EVIDENCE_NONE)
		look->known.evidence = EVIDENCE_LOST;
	action_events_free(&events);
	return 0;
}

/* ---- who may hold the message of a migration that vanished */

static const struct cell_facts *facts_of(const struct recovery *r, const struct db *cell)
{
	for (size_t i = 0; i < r->work.scene.nova.ncell; i++)
		if (r->work.scene.nova.cell[i].cell->db == cell)
			return &r->work.scene.nova.cell[i];
	return NULL;
}

static const char *held_by_conductor(struct recovery *r)
{
	struct scene *scene = &r->work.scene;

	scene_look_for_conductor(scene);
	if (!scene->bus.queue_known)
		return _("nova-conductor's queue could not be read");
	if (scene->bus.conductor.unsure)
		return _(
		    "nova-conductor's queue has no consumer: start it; a quorum queue without its leader says so, too, and that it is empty");
	return scene->bus.conductor.messages == 0 ?
	    NULL :
	    arena_printf(&r->work.plan.arena,
		scene->bus.conductor.messages == 1 ?
		    _("nova-conductor's queue holds %u message, which may be this evacuation's") :
		    _("nova-conductor's queue holds %u messages; this evacuation's may be among them"),
		scene->bus.conductor.messages);
}

static const char *held_by_compute(struct recovery *r, const struct look *look)
{
	const struct cell_facts *cell = facts_of(r, look->cell);
	struct waiting_queues waiting;

	if (!cell)
		return _("the queues of nova-compute could not be read");
	scene_find_waiting(&r->work.scene, cell, &r->work.plan.arena, &waiting);
	if (waiting.absent)
		return _("some queues of nova-compute could not be read");
	return waiting.n == 0 ?
	    NULL :
	    arena_printf(&r->work.plan.arena,
		_("queue '%s' holds messages; this evacuation's may be among them, and that nova-compute runs it when it returns"),
		waiting.v[0].queue);
}

static const char *held_by_silence(struct recovery *r, size_t index, const struct look *look)
{
	int64_t quiet_s = r->past.unit[index].publish_age_s;

	if (look->instance_idle_s >= 0 && look->instance_idle_s < quiet_s)
		quiet_s = look->instance_idle_s;
	return quiet_s >= EVACUATION_SILENT_S ?
	    NULL :
	    arena_printf(&r->work.plan.arena,
		_("the evacuation or its instance was updated %lld s ago; nova can work for %d s without an update: check again in %lld s"),
		(long long)quiet_s, EVACUATION_SILENT_S, (long long)(EVACUATION_SILENT_S - quiet_s));
}

static void look_who_holds_it(struct recovery *r, size_t index, struct look *look)
{
	look->known.held = HELD_NOT;
	if (look->known.row != ROW_ABSENT || is_unsent_cast(look) || look->known.instance != INSTANCE_OLD)
		return;
	look->held_by = held_by_silence(r, index, look);
	if (!look->held_by)
		look->held_by = held_by_conductor(r);
	if (!look->held_by)
		look->held_by = held_by_compute(r, look);
	if (look->held_by)
		look->known.held = HELD_MAYBE;
}

/* Whoever accepts it has looked on the computes: no guest is there, and nobody is building one. And, where its message does not
 * expire, in the broker, as advise_about_vanished() says. */
static void heed_accept(const struct recovery *r, struct look *look)
{
	if (look->known.row == ROW_ABSENT && look->known.evidence & (EVIDENCE_LOST | EVIDENCE_SOME) &&
	    look->known.cast & (CAST_ACKED | CAST_UNKNOWN) &&
	    request_accepts(r->request, "guest-may-still-run", look->e->rows.instance_uuid))
		look->known.evidence = EVIDENCE_NONE;
	if (look->known.row == ROW_ABSENT && look->known.age == AGE_ENDLESS &&
	    request_accepts(r->request, "guest-may-still-run", look->e->rows.instance_uuid))
		look->known.age = AGE_GIVEN_UP;
}

/* The task state is this evacuation's while the instance is on its old host. */
static int close_what_is_left(struct look *look, struct error *err)
{
	bool ours = look->known.instance == INSTANCE_OLD && instance_is_rebuilding(look->task_state);

	return evacuation_settle(look->cell, &look->columns, &look->e->rows, look->known.row == ROW_ABSENT,
	    ours ? look->task_state : NULL, err);
}

static int act(struct recovery *r, struct look *look, enum recovery_action action, struct error *err)
{
	int rc;

	CRASH_POINT("recover_evacuation_before_begin");
	if (lock_check(r->work.lock, err) != 0 || db_begin_write(look->cell, err) != 0)
		return -1;
	rc = action == ACTION_FENCE ? evacuation_fence(look->cell, &look->columns, &look->e->rows, err) :
	    action == ACTION_SETTLE || !instance_is_rebuilding(look->task_state) ?
				      close_what_is_left(look, err) :
				      evacuation_cancel(look->cell, &look->e->rows, err);
	if (rc == 0)
		rc = lock_check(r->work.lock, err);
	if (rc != 0) {
		db_rollback(look->cell);
		return -1;
	}
	CRASH_POINT("recover_evacuation_before_commit");
	rc = db_commit(look->cell, err);
	CRASH_POINT("recover_evacuation_after_commit");
	return rc;
}

/* How far it is by a verdict: without the broker's word that it had the message, and with it. */
static const enum evacuation_phase phase_by[VERDICTS][2] = {
	[VERDICT_DONE] = { PHASE_PROVED, PHASE_PROVED },
	[VERDICT_NOT_DONE] = { PHASE_WAITING, PHASE_WAITING },
	[VERDICT_FAILED] = { PHASE_NOT_SENT, PHASE_FAILED },
	[VERDICT_UNDER_WAY] = { PHASE_SENT, PHASE_SENT },
	[VERDICT_UNPROVED] = { PHASE_LANDED, PHASE_LANDED },
	[VERDICT_NOT_READY] = { PHASE_NOT_READY, PHASE_NOT_READY },
	[VERDICT_CANNOT_WRITE] = { PHASE_CANNOT_WRITE, PHASE_CANNOT_WRITE },
	[VERDICT_UNKNOWN] = { PHASE_IN_DOUBT, PHASE_LOST },
	[VERDICT_DRIFT] = { PHASE_IN_DOUBT, PHASE_LOST },
};

static const char *advise_about_vanished(struct recovery *r, size_t index, const struct look *look, const char *sentence)
{
	const char *uuid = look->e->rows.instance_uuid;
	int64_t left = MESSAGE_LIFE_S(r->past.unit[index].expiration_ms) - r->past.unit[index].publish_age_s;

	if (look->known.age == AGE_YOUNG)
		return arena_printf(&r->work.plan.arena, _("%s; its message may still be in the broker: check again in %lld s"),
		    sentence, (long long)(left > 0 ? left : 1));
	if (look->held_by)
		return arena_printf(&r->work.plan.arena, "%s; %s", sentence, look->held_by);
	if (look->known.age == AGE_ENDLESS)
		return arena_printf(&r->work.plan.arena,
		    _("%s; its broker does not let its message expire: first restart every nova-conductor, and see in 'rabbitmqctl list_queues name messages' that no queue of conductors or computes holds one; then run 'virsh domstate %s' on every compute; only if none runs or builds it: evac-manage journal recover %s --accept guest-may-still-run:%s"),
		    sentence, uuid, r->past.run, uuid);
	if (look->begun_by[0])
		return arena_printf(&r->work.plan.arena,
		    _("%s: first restart %s, which makes it abandon its work; then run 'virsh domstate %s' on every compute; only if none runs or builds it: evac-manage journal recover %s --accept guest-may-still-run:%s"),
		    sentence, look->begun_by, uuid, r->past.run, uuid);
	return arena_printf(&r->work.plan.arena,
	    _("%s: run 'virsh domstate %s' on every compute; only if none runs or builds it, and no nova-conductor is frozen: evac-manage journal recover %s --accept guest-may-still-run:%s"),
	    sentence, uuid, r->past.run, uuid);
}

/* What a person must look at. */
static const char *advise(struct recovery *r, size_t index, const struct look *look, const char *sentence)
{
	const struct past_unit *past = &r->past.unit[index];
	int64_t left = MESSAGE_LIFE_S(past->expiration_ms) - past->publish_age_s;

	if (look->known.row == ROW_ABSENT && past->publish_begun)
		return advise_about_vanished(r, index, look, sentence);
	if (is_unsent_cast(look))
		return arena_printf(&r->work.plan.arena,
		    _("%s (migration %s is '%s', its request %s): 'evac-manage migration list --host %s' shows who does, and how to close it if nobody does"),
		    sentence, look->e->rows.migration_uuid.text, look->status, look->e->rows.request_id,
		    shell_word(&r->work.plan.arena, look->e->rows.host));
	if (look->known.age == AGE_YOUNG)
		return arena_printf(&r->work.plan.arena, _("%s; check again in %lld s, and see nova-conductor's log for %s"),
		    sentence, (long long)(left > 0 ? left : 1), look->e->rows.request_id);
	if (look->known.age == AGE_ENDLESS)
		return arena_printf(&r->work.plan.arena,
		    _("%s; it is not sent again; if no nova-conductor log has %s and no conductor is frozen, 'evac-manage migration list --host %s' shows how to close it"),
		    sentence, look->e->rows.request_id, shell_word(&r->work.plan.arena, look->e->rows.host));
	return arena_printf(&r->work.plan.arena,
	    _("%s; its message has expired; if no nova-conductor log has %s and no conductor is frozen: --resend sends it again; if one has it, when and how to close it: evac-manage migration list --host %s"),
	    sentence, look->e->rows.request_id, shell_word(&r->work.plan.arena, look->e->rows.host));
}

/* A message may be sent again only for rows that still wait for it. */
static bool may_be_sent_again(const struct look *look)
{
	return look->known.row != ROW_ABSENT && look->known.cast & (CAST_ACKED | CAST_UNKNOWN);
}

static enum verdict decide(struct recovery *r, size_t index, struct look *look, const char **why, struct error *err)
{
	const struct recovery_rule *rule;
	bool sent_again = false;

	for (int i = 0; i < LOOKS_MAX; i++) {
		if (look_at_database(look, err) != 0)
			return VERDICT_UNKNOWN;
		heed_accept(r, look);
		look_who_holds_it(r, index, look);
		rule = recovery_rule_for(&look->known);
		*why = _(rule->sentence);
		if (rule->action == ACTION_NONE && rule->verdict == VERDICT_UNKNOWN && r->request->what.resend && !sent_again &&
		    may_be_sent_again(look)) {
			sent_again = true;
			if (r->request->how.dry_run || recover_resend(r, index, look->cell, err) != 0)
				return VERDICT_UNKNOWN;
			take_cast(&r->past.unit[index], look);
			continue;
		}
		if (rule->action == ACTION_NONE || r->request->how.dry_run) {
			if (rule->verdict == VERDICT_UNKNOWN)
				*why = advise(r, index, look, _(rule->sentence));
			return rule->verdict;
		}
		if (act(r, look, rule->action, err) != 0 && !(rule->action == ACTION_FENCE && err->code == DUPLICATE) &&
		    err->kind != ERROR_DRIFT)
			return VERDICT_UNKNOWN;
		if (rule->action == ACTION_SETTLE && !err->kind)
			return rule->verdict;
		error_clear(err);
	}
	error_set(err, ERROR_UNKNOWN, "the evacuation changes while it is read");
	return VERDICT_UNKNOWN;
}

/* One that had its end before: as the journal has it. */
void recover_repeat_evacuation(struct recovery *r, size_t index, enum verdict verdict, const char *why)
{
	struct unit *unit = &r->work.plan.unit[index];

	unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
	if (r->past.unit[index].host)
		unit->step[0].after[0] = r->past.unit[index].host;
	evacuation_name_ids(r->past.run, unit->step[0].id, &unit->evacuation->rows);
	evacuation_enter(unit, phase_by[verdict][str_equal(r->past.unit[index].publish_outcome, "acked")], why);
}

/* As a run verifies it: what nova has done is not done before the instance is as it was promised, its guest can write and its
 * ports are ready. */
static enum verdict heed_arrival(struct recovery *r, size_t index, const struct look *look, const char **why)
{
	struct unit *unit = &r->work.plan.unit[index];
	const char *wrong;

	if (look->known.instance == INSTANCE_GONE)
		return VERDICT_DONE;
	wrong = prove_instance(&r->work, unit, look->cell);
	if (wrong) {
		*why = wrong;
		return VERDICT_UNPROVED;
	}
	prove_network(&r->work, unit, look->cell, &(struct arrived){ look->e->host, look->vm_state });
	if (look->e->host && str_equal(look->vm_state, "active"))
		recover_disks(r, index, look->e->host);
	if (look->e->disks == DISKS_CANNOT_WRITE || look->e->disks == DISKS_SHARED) {
		*why = look->e->disks_why;
		return look->e->disks == DISKS_SHARED ? VERDICT_UNKNOWN : VERDICT_CANNOT_WRITE;
	}
	if (look->e->network != NETWORK_NOT_READY)
		return VERDICT_DONE;
	*why = look->e->network_why;
	return VERDICT_NOT_READY;
}

/* nova's word for why it failed matters to whoever evacuates next, when it says that the source lives. */
static void heed_fault(const struct look *look, const char *uuid, const char **why)
{
	struct maybe_int age_s;
	struct error err = { 0 };

	if (look->cell && fault_guest_alive(look->cell, uuid, &age_s, &err) == 0 && age_s.set)
		*why = _(
		    "sent; it ended in error: guest-alive: qemu on the new host was refused the disk, because the guest still ran: the "
		    "source was not off");
}

enum verdict recover_evacuation(struct recovery *r, size_t index, const char **why)
{
	struct unit *unit = &r->work.plan.unit[index];
	enum verdict verdict = VERDICT_UNKNOWN;
	struct error err = { 0 };
	struct look look = { .arena = &r->work.plan.arena };

	take_claim(r, index, &look);
	take_cast(&r->past.unit[index], &look);
	look.cell = find_cell(r, index, &err);
	if (look.cell && cell_columns_probe(look.cell, &look.columns, &err) == 0)
		verdict = decide(r, index, &look, why, &err);
	if (err.text[0])
		*why = arena_dup(&r->work.plan.arena, err.text);
	if (verdict == VERDICT_DONE) {
		unit->step[0].after[0] = arena_dup(look.arena, str_or(look.e->host, ""));
		verdict = heed_arrival(r, index, &look, why);
	}
	if (verdict == VERDICT_FAILED)
		heed_fault(&look, unit->step[0].id, why);
	evacuation_enter(unit, phase_by[verdict][look.known.cast == CAST_ACKED], verdict == VERDICT_DONE ? NULL : *why);
	return verdict;
}
