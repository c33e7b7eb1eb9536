/* SPDX-License-Identifier: Apache-2.0 */
#include "recover/recover.h"
#include "plan/evacuation.h"
#include "recovery_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/lock.h"
#include "journal/pause.h"
#include "journal/runs.h"
#include "journal/trail.h"
#include "report/report.h"
#include "find/token.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/crash.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/signals.h"
#include "util/str.h"
#include "util/who.h"

/* What a first message needs (command/instance_evacuate.c), a second one does. */
#define NEEDS_OF_RESEND (NEEDS_BUS | WITNESS_CINDER | CONFIGURED_MUST_ANSWER)

static unsigned needs_to_recover(const struct past *past, const struct plan *plan, const struct request *request)
{
	unsigned needs = 0;

	for (size_t i = 0; i < past->nunit; i++)
		if (past->unit[i].begun && (plan->unit[i].kind == UNIT_EVACUATION || unit_kind_has_rows(plan->unit[i].kind)))
			needs |= plan->unit[i].kind == UNIT_OWNERSHIP ? NEEDS_CINDER : NEEDS_NOVA | WITNESS_NEUTRON;
	return needs | (!(needs & NEEDS_NOVA) ? 0 : request->what.resend ? NEEDS_OF_RESEND : WITNESS_BUS);
}

static void repeat_final(struct recovery *r, size_t index)
{
	const struct past_unit *u = &r->past.unit[index];
	bool done = str_equal(u->verdict, "done") || (!u->verdict && str_equal(u->outcome, "proved"));
	bool untouched = str_equal(u->verdict, "not_done") || (!u->verdict && str_equal(u->outcome, "skipped"));
	enum verdict verdict = done ? VERDICT_DONE : untouched ? VERDICT_NOT_DONE : VERDICT_FAILED;
	const char *why = done ? NULL : str_or(u->error, _("not done"));

	if (r->work.plan.unit[index].kind == UNIT_EVACUATION)
		recover_repeat_evacuation(r, index, verdict, why);
	else if (r->work.plan.unit[index].kind == UNIT_FENCE)
		recover_repeat_fence(&r->work.plan.unit[index], verdicts[verdict].state, why);
	else
		unit_set_state(&r->work.plan.unit[index], verdicts[verdict].state, why);
	r->nverdict[verdict]++;
}

static int add_verdict(struct recovery *r, size_t index, enum verdict verdict, const char *why, struct error *err)
{
	const struct unit *unit = &r->work.plan.unit[index];
	json_object *record = json_object_new_object();

	put_count(record, "unit", index);
	put_text(record, "verdict", verdicts[verdict].name);
	put_text(record, "error", why);
	if (unit->evacuation && unit->evacuation->network != NETWORK_UNSEEN) {
		put_text(record, "host", unit->step[0].after[0]);
		put_text(record, "network", network_name[unit->evacuation->network]);
		put_text(record, "disks", disks_name[unit->evacuation->disks]);
	}
	return journal_add(r->work.journal, "recovery", record, true, err);
}

/* Done by nova, and something of it is still to become so. */
static bool is_unproved(enum verdict verdict)
{
	return verdict == VERDICT_UNPROVED || verdict == VERDICT_NOT_READY || verdict == VERDICT_CANNOT_WRITE;
}

static size_t unproved(const struct recovery *r)
{
	size_t n = 0;

	for (int v = 0; v < VERDICTS; v++)
		n += is_unproved((enum verdict)v) ? r->nverdict[v] : 0;
	return n;
}

int recover_judge(struct recovery *r, size_t index, struct error *err)
{
	struct unit *unit = &r->work.plan.unit[index];
	const char *why = NULL;
	enum verdict verdict;

	verdict = unit->kind == UNIT_EVACUATION ? recover_evacuation(r, index, &why) :
	    unit->kind == UNIT_POWER            ? recover_power(r, index, &why) :
	    unit->kind == UNIT_FENCE            ? recover_fence(r, index, &why) :
						  recover_rows(r, index, &why);
	r->nverdict[verdict]++;
	r->nfence += verdict == VERDICT_UNKNOWN && (unit->kind == UNIT_POWER || unit->kind == UNIT_FENCE);
	for (const struct step *s = unit->step; verdict == VERDICT_DONE && s < unit->step + unit->nstep; s++)
		if (s->since)
			log_info("%s %s was changed since: now %s", s->kind->one, s->id, s->since);
	log_line(verdict == VERDICT_UNKNOWN || verdict == VERDICT_DRIFT                    ? LOG_ERROR :
		is_unproved(verdict)                                                       ? LOG_WARN :
		r->again && str_equal(r->past.unit[index].verdict, verdicts[verdict].name) ? LOG_INFO :
											     LOG_NOTICE,
	    "%zu. %s: %s%s%s", index + 1, unit->sentence, verdicts[verdict].name, why ? ": " : "", str_or(why, ""));
	if (verdict == VERDICT_DRIFT)
		for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
			if (s->state == STATE_FAILED || s->state == STATE_SKIPPED)
				log_error("   %s %s: %s", s->kind->one, s->id, s->error);
	CRASH_POINT("recover_before_record");
	return r->request->how.dry_run ? 0 : add_verdict(r, index, verdict, why, err);
}

static int recover_unit(struct recovery *r, size_t index, struct error *err)
{
	if (!r->past.unit[index].begun) {
		unit_set_state(&r->work.plan.unit[index], STATE_SKIPPED, _("never begun"));
		r->nverdict[VERDICT_NOT_DONE]++;
		return 0;
	}
	if (past_unit_is_final(&r->past.unit[index])) {
		repeat_final(r, index);
		return 0;
	}
	return recover_judge(r, index, err);
}

static enum error_kind result_of(const struct recovery *r)
{
	if (r->nverdict[VERDICT_UNKNOWN] > 0)
		return ERROR_UNKNOWN;
	if (r->nverdict[VERDICT_DRIFT] > 0)
		return ERROR_DRIFT;
	return unproved(r) > 0 ? ERROR_UNPROVED : ERROR_OK;
}

static int add_recover(struct recovery *r, struct error *err)
{
	json_object *record = json_object_new_object();

	put_text(record, "tool", EVAC_MANAGE_VERSION);
	put_bool(record, "resend", r->request->what.resend);
	journal_operator(r->request, record);
	return journal_add(r->work.journal, "recover", record, true, err);
}

static int add_recover_end(struct recovery *r, enum error_kind result, struct error *err)
{
	json_object *record = json_object_new_object(), *counts = json_object_new_object();

	for (int v = 0; v < VERDICTS; v++)
		put_count(counts, verdicts[v].name, r->nverdict[v]);
	put_text(record, "result", error_kind_name(result));
	put_int(record, "exit_code", error_kind_exit_code(result));
	put(record, "totals", counts);
	return journal_add(r->work.journal, "recover_end", record, true, err);
}

static bool is_lost_alone(const struct recovery *r)
{
	return r->nlost > 0 && r->nlost == r->nverdict[VERDICT_DRIFT] && !r->gone.kind;
}

static bool is_fence_alone(const struct recovery *r)
{
	return r->nfence > 0 && r->nfence == r->nverdict[VERDICT_UNKNOWN] && r->nverdict[VERDICT_DRIFT] == 0 && !r->gone.kind;
}

/* As the run was asked for it, and with the token of this command. NULL: it was no rescue. */
static const char *resumption(struct recovery *r)
{
	struct arena *arena = &r->work.plan.arena;
	auto_str struct str token = { 0 };

	if (!str_equal(r->past.command, "host rescue") || !scene_is_about_hosts(&r->work.scene))
		return NULL;
	token_add_options(r->request, &token);
	return arena_printf(arena, "%s%s",
	    resume_command(arena, past_hosts_words(&r->past, arena), r->past.run, r->past.fences_disks), str_or(token.s, ""));
}

/* It plans from the rows as they are now, so that what was lost is done once more and what was not is left. */
static void hint_at_the_same_again(struct recovery *r, struct error *err)
{
	const char *again = resumption(r);

	if (again)
		error_hint(err, "to do it once more: %s", again);
	else
		error_hint(err, "run the command of that run again: it plans from the rows as they are now");
}

/* Whether it took effect may never be told, and no later run waits for that. */
static void hint_past_the_fence(struct recovery *r, struct error *err)
{
	const char *again = resumption(r);

	if (again)
		error_hint(err, "make sure that the host is off: no later run waits for the fence's answer; then: %s", again);
	else
		error_hint(err,
		    "make sure that the host is off: no later run waits for the fence's answer; then run the command of that run again");
}

/* What a 'migration close' was about was written by its recovery, and can be closed again when that is old enough: the list
 * says when. */
static const char *closing_again(struct recovery *r)
{
	const struct plan *plan = &r->work.plan;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_CLOSE && r->past.host)
			return arena_printf(&r->work.plan.arena, "evac-manage migration list --host %s",
			    shell_word(&r->work.plan.arena, r->past.host));
	return NULL;
}

static const char *instance_to_look_at(struct recovery *r)
{
	const struct plan *plan = &r->work.plan;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_EVACUATION && evacuation_is(u, PHASE_LANDED))
			return arena_printf(&r->work.plan.arena, "evac-manage instance show %s", u->step[0].id);
	return NULL;
}

static enum error_kind conclude(struct recovery *r, enum error_kind result, struct error *err)
{
	const size_t *n = r->nverdict;
	auto_str struct str counts = { 0 };

	str_addf(&counts, _("%zu done, %zu not done, %zu failed, %zu under way, %zu unknown"), n[VERDICT_DONE],
	    n[VERDICT_NOT_DONE], n[VERDICT_FAILED], n[VERDICT_UNDER_WAY], n[VERDICT_UNKNOWN]);
	if (n[VERDICT_UNPROVED] > 0)
		str_addf(&counts, _(", %zu on another host and not as promised"), n[VERDICT_UNPROVED]);
	if (n[VERDICT_CANNOT_WRITE] > 0)
		str_addf(&counts, _(", %zu on another host whose guest cannot write to its disk"), n[VERDICT_CANNOT_WRITE]);
	if (n[VERDICT_NOT_READY] > 0)
		str_addf(&counts, _(", %zu on another host without a ready network"), n[VERDICT_NOT_READY]);
	if (n[VERDICT_DRIFT] > r->nlost)
		str_addf(&counts, _(", %zu with a row that holds neither value"), n[VERDICT_DRIFT] - r->nlost);
	if (r->nlost > 0)
		str_addf(&counts, _(", %zu with a row that holds its old value again"), r->nlost);
	r->report.summary = arena_printf(&r->work.plan.arena, "%s: %s", error_kind_name(result), counts.s);
	if (r->gone.kind && result == ERROR_DRIFT && n[VERDICT_DRIFT] == 0) {
		*err = r->gone;
	} else if (result == ERROR_UNKNOWN && is_fence_alone(r)) {
		error_set(err, result, "still unknown: %s", counts.s);
		hint_past_the_fence(r, err);
	} else if (result == ERROR_UNKNOWN) {
		error_set(err, result, "still unknown: %s", counts.s);
		error_hint(err, "check what each line above names; then: evac-manage journal recover %s", r->past.run);
	} else if (result == ERROR_DRIFT && is_lost_alone(r)) {
		error_set(err, result,
		    "rows whose commit was answered hold their old value again: the database lost it, or another session undid it: %s",
		    counts.s);
		hint_at_the_same_again(r, err);
	} else if (result == ERROR_DRIFT) {
		error_set(err, result, "some rows hold neither their old value nor the value that the run wrote: %s", counts.s);
		error_hint(err, "each row is named above; decide by hand; for both values: evac-manage journal show %s",
		    r->past.run);
	} else if (result == ERROR_UNPROVED && n[VERDICT_UNPROVED] == unproved(r)) {
		r->report.next = instance_to_look_at(r); /* which does not become so by itself */
	} else if (result == ERROR_UNPROVED) {
		r->report.next = arena_printf(&r->work.plan.arena, "evac-manage journal recover %s", r->past.run);
	} else if ((r->report.next = resumption(r))) {
		/* the rest of the host */
	} else if (r->untold > 0 || r->held) {
		r->report.next = arena_printf(&r->work.plan.arena, "evac-manage journal recover %s", r->past.run);
	} else if (n[VERDICT_NOT_DONE] > 0 && !(r->report.next = closing_again(r))) {
		log_notice("to do the units that are not done, run the command of that run again");
	}
	return result;
}

static void be_about(struct scene *scene, const struct scene *all)
{
	scene->run = all->run;
	scene->subject.recovers = all->subject.recovers;
	scene->subject.moves_things = all->subject.moves_things;
	scene->subject.marks = all->subject.marks;
}

/* The first that nova knows is whose cell it is: a run is about one. */
static int find_homes(struct scene *scene, struct error *err)
{
	if (scene_find_nova(scene, err) != 0)
		return -1;
	EACH_HOST(h, scene)
	{
		if (h != scene)
			scene_lend(scene, h);
		if (scene_find_home(h, h->subject.host, err) != 0 && err->kind != ERROR_NOT_FOUND)
			return -1;
		error_clear(err);
		scene->nova.home = scene->nova.home ? scene->nova.home : h->nova.home;
	}
	return 0;
}

/* The same locks that a run takes. A host that nova does not know any more has no cell whose server could be locked. */
static int lock_again(struct recovery *r, unsigned needs, struct error *err)
{
	struct scene *scene = &r->work.scene;

	scene->run = r->past.run;
	scene->subject.recovers = true;
	scene->subject.moves_things = needs & NEEDS_CINDER;
	scene->subject.marks = needs & NEEDS_NOVA;
	EACH_HOST(h, scene)
	be_about(h, scene);
	if (scene->subject.marks && scene_is_about_hosts(scene) && find_homes(scene, err) != 0)
		return -1;
	return lock_take(scene, r->past.run, &r->work.lock, err);
}

static enum error_kind interrupted(const struct recovery *r, struct error *err)
{
	error_set(err, ERROR_INTERRUPTED, "interrupted between two units; the units not named above were not touched");
	error_hint(err, "evac-manage journal recover %s", r->past.run);
	return err->kind;
}

static void keep_trail(struct recovery *r)
{
	const struct trail_about about = { .run = r->past.run,
		.command = "journal recover",
		.host = r->past.has_hosts ? past_hosts_words(&r->past, &r->work.plan.arena) : r->past.host,
		.operator_name = who_operator(r->request->how.operator_name),
		.plan = &r->work.plan };

	if (r->work.journal)
		journal_keep_trail(r->work.journal, r->work.world.site.syslog, &about);
}

static enum error_kind recover_units(struct recovery *r, struct error *err)
{
	unsigned needs = needs_to_recover(&r->past, &r->work.plan, r->request);
	enum error_kind result;

	deadline_again();
	if (world_open(r->request, needs, r->past.run, &r->work.world, err) != 0 ||
	    (!r->request->how.dry_run && lock_again(r, needs, err) != 0))
		return err->kind;
	deadline_work();
	keep_trail(r);
	if (!r->request->how.dry_run && add_recover(r, err) != 0)
		return err->kind;
	CRASH_POINT("recover_begun");
	if (recover_fences_stand(r, err) != 0)
		return err->kind;
	for (size_t i = 0; i < r->past.nunit; i++) {
		if (signal_came())
			return interrupted(r, err);
		if (recover_unit(r, i, err) != 0)
			return err->kind;
	}
	if (recover_follow(r, err) != 0 || recover_reserve(r, err) != 0)
		return err->kind;
	result = result_of(r);
	if (r->gone.kind && result != ERROR_UNKNOWN)
		result = ERROR_DRIFT;
	if (!r->request->how.dry_run && add_recover_end(r, result, err) != 0)
		return err->kind;
	CRASH_POINT("recover_ended");
	return conclude(r, result, err);
}

static int open_past(struct recovery *r, const char *run, struct error *err)
{
	auto_free char *path = NULL;
	bool torn = false;
	int rc;

	if (journal_find(r->request, run, &path, err) != 0)
		return -1;
	if (!r->request->how.dry_run && !journal_is_held(path))
		pause_end(path); /* of who is dead; one that comes from here on is asked of us */
	if (r->request->how.dry_run)
		rc = journal_read(path, past_record, &r->past, &torn, err);
	else
		rc = journal_reopen(path, past_record, &r->past, &r->work.journal, err);
	if (rc == 0)
		rc = past_check(&r->past, path, err);
	r->work.plan = r->past.plan; /* with the texts of both */
	r->past.plan = (struct plan){ 0 };
	if (rc != 0) { /* a journal that is not used has nothing to show */
		evacuations_free(&r->work.plan);
		plan_forget_units(&r->work.plan);
	}
	return rc;
}

int recover_peek(const struct request *request, const char *run, struct past *past, struct error *err)
{
	auto_free char *path = NULL;
	bool torn;

	if (journal_find(request, run, &path, err) != 0 || journal_make_durable(path, err) != 0 ||
	    journal_read(path, past_record, past, &torn, err) != 0)
		return -1;
	return past_check(past, path, err);
}

/* Nothing is begun by it; who goes on with the run begins more. */
static enum error_kind repeat_all(struct recovery *r, struct error *err)
{
	struct error ignored = { 0 };

	if ((r->request->what.resume && world_open(r->request, 0, r->past.run, &r->work.world, err) != 0) ||
	    recover_fences_stand(r, err) != 0)
		return err->kind;
	for (size_t i = 0; i < r->past.nunit; i++)
		recover_unit(r, i, &ignored);
	r->report.summary = _("nothing to recover: every unit has ended");
	if (r->gone.kind && r->request->what.resume) {
		*err = r->gone;
		return err->kind;
	}
	return ERROR_OK;
}

static enum error_kind recover(struct recovery *r, const char *run, struct error *err)
{
	if (open_past(r, run, err) != 0)
		return err->kind;
	snprintf(r->work.run, sizeof r->work.run, "%s", r->past.run);
	past_be_about(&r->past, &r->work.scene);
	if (past_is_settled(&r->past) && !past_holds_reserve(&r->past, &r->work.plan))
		return repeat_all(r, err);
	return recover_units(r, err);
}

static int say_paused(const struct recovery *r, const struct pause *pause, struct error *err)
{
	return error_set(err, ERROR_REFUSED, "run '%s' was paused meanwhile, by %s since %s: nothing more is begun",
	    r->past.run, pause->by, pause->since);
}

int recover_not_paused(const struct recovery *r, struct error *err)
{
	struct pause pause;

	return pause_is_asked(r->work.journal, &pause) ? say_paused(r, &pause, err) : 0;
}

/* The journal is let go of: who asks for a pause from now on hears that the run is over, and who has asked before is heeded,
 * as a run that is resumed would begin more. */
static enum error_kind heed_pause(struct recovery *r, const char *path, enum error_kind result, struct error *err)
{
	const bool goes_on = result == ERROR_OK || result == ERROR_UNPROVED || (result == ERROR_DRIFT && is_lost_alone(r)) ||
	    (result == ERROR_UNKNOWN && is_fence_alone(r));
	struct pause pause;

	if (!pause_is_there(path, &pause))
		return result;
	pause_end(path);
	if (!r->request->what.resume || !goes_on)
		return result;
	say_paused(r, &pause, err);
	error_hint(err, "ask them; to go on all the same: %s",
	    resume_command(&r->past.plan.arena, past_hosts_words(&r->past, &r->past.plan.arena), r->past.run,
		r->past.fences_disks));
	return err->kind;
}

enum error_kind recover_run(const struct request *request, const char *name, bool quiet, struct recovered *out,
    struct error *err)
{
	struct recovery r = { .request = request, .again = out->under_way > 0 };
	auto_free char *path = NULL;
	struct error trouble = { 0 };
	enum error_kind result;

	r.work.request = request;
	r.work.scene.request = request; /* the report looks there, also of a journal that cannot be used */
	r.work.scene.world = &r.work.world;
	r.report.command = "journal recover";
	r.report.work = &r.work;
	clock_now(r.report.started_at);
	signals_watch(name, request->where.globals);
	result = recover(&r, name, err);
	clock_now(r.report.finished_at);
	if ((!quiet || (result != ERROR_OK && result != ERROR_UNPROVED)) && report_print(&r.report, result, err, &trouble) != 0)
		log_error("%s", trouble.text);
	evacuations_free(&r.work.plan);
	scene_free(&r.work.scene);
	path = r.work.journal ? xstrdup(journal_path(r.work.journal)) : NULL;
	journal_close(&r.work.journal);
	lock_release(&r.work.lock);
	world_close(&r.work.world);
	r.past.plan = r.work.plan;
	result = path ? heed_pause(&r, path, result, err) : result;
	*out = (struct recovered){ r.past, r.nverdict[VERDICT_UNDER_WAY], unproved(&r),
		result == ERROR_DRIFT && is_lost_alone(&r), result == ERROR_UNKNOWN && is_fence_alone(&r) };
	return result;
}
