/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"
#include "evacuate/evacuate.h"
#include "apply/apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/accept.h"
#include "find/keep_out.h"
#include "find/reserve.h"
#include "guard/guard.h"
#include "run/plan_file.h"

#include "journal/past.h"
#include "journal/trail.h"
#include "report/report.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/signals.h"

static void watch_disks(struct scene *scene)
{
	scene_watch_disks(scene);
	if (scene_fences(scene->request, "storage"))
		scene_ask_fence(scene);
}

/* What no database and no broker tells. */
static void find_from_outside(struct scene *scene)
{
	EACH_HOST(h, scene)
	{
		scene_find_life(h);
		scene_find_power(h);
	}
}

static void find_disks_and_memories(struct run *run)
{
	EACH_HOST(h, &run->work.scene)
	{
		if (!h->subject.evacuates)
			continue;
		watch_disks(h);
		past_remember(run->work.request, h);
	}
	scene_join_candidates(&run->work.scene);
}

/* The hosts by the names that they turned out to have, whatever words they were asked for with: those of which nothing is done
 * last. */
static void name_hosts(struct run *run)
{
	struct scene *scene = &run->work.scene;
	const size_t n = scene->neach + scene->nleft;
	const char **name;

	if (!scene->each)
		return;
	name = arena_alloc(&scene->arena, n * sizeof *name);
	for (size_t i = 0; i < n; i++)
		name[i] = scene->each[i].subject.host;
	run->own.what.hosts = (struct words){ .v = name, .n = n };
	run->own.what.hosts_left = scene->nleft;
	run->own.what.aggregates = run->own.what.zones = (struct words){ 0 };
}

static int find_scene(struct run *run, struct error *err)
{
	int rc;

	run->work.scene.request = run->work.request;
	run->work.scene.world = &run->work.world;
	run->work.scene.subject.past = run->operation->past;
	run->work.scene.run = run->work.run;
	run->work.scene.journal_file_system = journal_file_system(run->work.request);
	run->work.scene.who = arena_printf(&run->work.scene.arena, "%s on %s",
	    str_or(who_operator(run->work.request->how.operator_name), who_name(&run->who)), run->who.on);
	if (world_begin_reads(&run->work.world, err) != 0)
		return -1;
	rc = run->operation->find(&run->work.scene, err);
	world_end_reads(&run->work.world);
	if (rc == 0 && !run->work.scene.subject.past &&
	    (run->work.scene.subject.evacuates || run->work.scene.subject.moves_things))
		find_from_outside(&run->work.scene);
	if (rc == 0 && token_is_needed(&run->work.scene))
		token_ask(&run->work.world.token, &run->work.world.nova);
	if (rc == 0 && run->work.scene.subject.evacuates)
		find_disks_and_memories(run);
	if (rc == 0)
		name_hosts(run);
	return rc;
}

static void skip_planned(struct plan *plan, const char *why)
{
	for (size_t i = 0; i < plan->nunit; i++)
		for (size_t k = 0; k < plan->unit[i].nstep; k++)
			if (plan->unit[i].step[k].state == STATE_PLANNED) {
				plan->unit[i].step[k].state = STATE_SKIPPED;
				plan->unit[i].step[k].error = why;
			}
}

static bool switches_off(const struct plan *plan, const struct scene *host)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_POWER && str_equal(u->step[0].id, host->subject.host))
			return true;
	return false;
}

/* The question may have stood for long. What the run itself switches off need not be so yet. */
static int check_still_dead(struct run *run, struct error *err)
{
	EACH_HOST(h, &run->work.scene)
	{
		if (switches_off(&run->work.plan, h))
			continue;
		if (power_check_of(&run->work, h, err) != 0 ||
		    (h->subject.evacuates && !h->subject.past && life_check_of(&run->work, h, err) != 0))
			return -1;
	}
	return 0;
}

/* However the run has gone, a signal too: it is one short transaction. But what the scheduler has yet to look at would find the
 * host disabled: then they stay enabled, and the recovery of the run disables them. */
static int give_back_reserve(struct run *run, int rc, struct error *err)
{
	struct plan *plan = &run->work.plan;
	struct error trouble = { 0 };
	size_t i = 0;

	while (i < plan->nunit && plan->unit[i].kind != UNIT_RELEASE)
		i++;
	if (i == plan->nunit || !reserve_open_in(plan))
		return rc;
	if (reserve_awaited(plan) > 0) {
		log_warn(
		    "the reserved hosts stay enabled until what is under way has ended; next: evac-manage journal recover %s",
		    run->work.run);
		unit_set_state(&plan->unit[i], STATE_SKIPPED,
		    _("instances are still under way: the reserved hosts stay enabled"));
		return rc;
	}
	if (apply_unit(&run->work, i, &trouble) != 0 || prove_unit(&run->work, i, &trouble) != 0) {
		log_error("%s", trouble.text);
		if (rc == 0)
			*err = trouble;
		return -1;
	}
	log_notice("%zu. verified: %s", i + 1, plan->unit[i].sentence);
	reserve_tell(&run->work, i);
	return rc;
}

/* In the plan's order; nothing begins after a unit that failed or is not proved: what comes later may need it. */
static int apply(struct run *run, struct error *err)
{
	bool evacuates = false;
	int rc = check_still_dead(run, err);

	for (size_t i = 0; i < run->work.plan.nunit && rc == 0 && !signal_came(); i++) {
		const struct unit *unit = &run->work.plan.unit[i];

		if (unit->kind == UNIT_EVACUATION) { /* all of them together, in waves */
			evacuates = true;
			continue;
		}
		if (unit->kind == UNIT_POWER) {
			rc = apply_power(&run->work, i, err);
			continue;
		}
		if (unit->kind == UNIT_FENCE) {
			rc = apply_fence(&run->work, i, err);
			continue;
		}
		if (unit->kind == UNIT_RELEASE) /* behind the evacuations */
			continue;
		rc = apply_unit(&run->work, i, err) == 0 ? prove_unit(&run->work, i, err) : -1;
		if (rc == 0 && unit->kind == UNIT_RESERVE && run->work.scene.subject.evacuates) {
			reserve_tell(&run->work, i);
			reserve_await(&run->work, i);
		}
		if (rc == 0)
			log_notice("%zu. verified: %zu row%s", i + 1, unit->nstep, unit->nstep == 1 ? "" : "s");
	}
	if (rc == 0 && evacuates && !signal_came())
		rc = apply_evacuations(&run->work, err);
	rc = give_back_reserve(run, rc, err);
	skip_planned(&run->work.plan,
	    signal_came() ? _("interrupted before it was begun") : _("what comes before it did not succeed"));
	return rc;
}

static int end_journal(struct run *run, enum error_kind result, struct error *err)
{
	json_object *record = json_object_new_object(), *counts = json_object_new_object();
	struct totals t;

	report_totals(&run->report, &t);
	for (int s = 0; s < STATE_COUNT; s++)
		put_count(counts, state_name[s], t.state[s]);
	put_text(record, "result", error_kind_name(result));
	put_int(record, "exit_code", error_kind_exit_code(result));
	put(record, "totals", counts);
	return journal_add(run->work.journal, "end", record, true, err);
}

/* Who it is about, in one word or several; NULL: nobody. */
static const char *hosts_of(struct run *run)
{
	const struct scene *scene = &run->work.scene;

	return scene->each ? scene_hosts_words(scene, &run->work.plan.arena) : scene->subject.host;
}

static void keep_trail_of(struct run *run)
{
	const struct trail_about about = { .run = run->work.run,
		.command = run->operation->name,
		.host = hosts_of(run),
		.operator_name = who_operator(run->work.request->how.operator_name),
		.plan = &run->work.plan };

	journal_keep_trail(run->work.journal, run->work.world.site.syslog, &about);
}

static enum error_kind write_and_prove(struct run *run, struct error *err)
{
	struct error trouble = { 0 };
	enum error_kind result;

	const struct scene *scene = &run->work.scene;

	if (journal_create(run->work.request, run->work.run,
		scene->each && !scene->subject.past ? scene->each[0].subject.host : scene->subject.host, &run->work.journal,
		err) != 0)
		return err->kind;
	if (journal_evidence(run->work.journal, &run->work.scene, &run->report.findings, err) != 0 ||
	    journal_reserve(run->work.journal, &run->work.plan, err) != 0) {
		journal_discard(&run->work.journal);
		return err->kind;
	}
	log_info("journal: %s", journal_path(run->work.journal));
	keep_trail_of(run);
	if (journal_plan(run->work.journal, &run->work.plan, err) != 0) {
		journal_discard(&run->work.journal);
		return err->kind;
	}
	/* an error is said at the end, when what was done is proved */
	if (apply(run, err) != 0 && !err->kind)
		error_set(err, ERROR_BUG, "a step failed and did not say why; the journal has how far it came: %s",
		    journal_path(run->work.journal));
	if (prove_all(&run->work, &trouble) != 0) {
		log_error("%s", trouble.text);
		if (!err->kind)
			*err = trouble;
	}
	if (!run->work.scene.subject.past && (run->work.scene.subject.moves_things || run->work.scene.subject.evacuates))
		EACH_HOST(h, &run->work.scene)
	scene_find_queues(h); /* more may have come while the rows were written */
	result = report_result(&run->report, err);
	run->report.next = run_next(run, result);
	if (end_journal(run, result, &trouble) != 0)
		log_warn("%s", trouble.text);
	return result;
}

/* A stop wins over an empty plan. Something alone that is left out is refused; in a host run it is listed. */
static bool refuses(const struct run *run)
{
	if (findings_stop(&run->report.findings))
		return true;
	if (run->operation->alone)
		for (size_t i = 0; i < run->report.findings.n; i++)
			if (run->report.findings.v[i].severity == SEVERITY_SKIP && !run->report.findings.v[i].accepted)
				return true;
	return false;
}

static size_t count_without_capacity(const struct findings *findings)
{
	size_t n = 0;

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++)
		n += strcmp(f->code, "no-capacity") == 0 && !f->accepted;
	return n;
}

static void run_guards(struct run *run)
{
	findings_free(&run->report.findings);
	scene_share_words(&run->work.scene);
	guards_run(&run->work.scene, &run->report.findings);
}

/* One after the other, as long as instances fit nowhere; one that helps none stays closed. A target is the operator's word. */
static void open_reserve(struct run *run)
{
	struct scene *scene = &run->work.scene;
	const struct what *what = &run->work.request->what;
	size_t left = count_without_capacity(&run->report.findings), n, now;
	const struct nova_service **reserve;

	if (left == 0 || what->target_host || what->spread.n > 0 || !scene->subject.evacuates)
		return;
	n = reserve_find(scene, &reserve);
	for (size_t i = 0; i < n && left > 0; i++) {
		reserve_open(scene, reserve[i]);
		run_guards(run);
		now = count_without_capacity(&run->report.findings);
		if (now < left)
			left = now;
		else
			reserve_close(scene);
	}
	if (n > 0)
		run_guards(run);
}

static void make_plan(struct run *run)
{
	struct scene *scene = &run->work.scene;
	const size_t n = scene->each ? scene->neach : 1;

	plan_free(&run->work.plan);
	scene->placing.nopened = 0;
	run_guards(run);
	open_reserve(run);
	run->operation->plan(&run->work.plan, scene, &run->report.findings);
	plan_reserve(&run->work.plan, scene);
	for (size_t i = n; i-- > 0;) /* each goes before all that is there */
		plan_fence(&run->work.plan, scene->each ? &scene->each[i] : scene);
	for (size_t i = n; i-- > 0;)
		plan_power_off(&run->work.plan, scene->each ? &scene->each[i] : scene);
}

static enum error_kind write_plan(struct run *run, struct error *err)
{
	const char *path = run->work.request->how.plan_out;
	char expires_at[CLOCK_TEXT_SIZE];
	struct arena *arena = &run->work.plan.arena;
	size_t n = plan_steps(&run->work.plan);
	struct totals t;

	if (plan_file_write(run, path, expires_at, err) != 0)
		return err->kind;
	report_totals(&run->report, &t);
	run->report.summary = arena_printf(arena, _("plan: %zu step%s in %s; nothing is done yet%s"), n, n == 1 ? "" : "s",
	    shell_word(arena, path), n == 0 ? _(", and nothing is to be done") : "");
	if (t.skipped)
		run->report.summary = arena_printf(arena, _("%s; %zu instance%s left out"), run->report.summary, t.skipped,
		    t.skipped == 1 ? " is" : "s are");
	run->report.good_until = arena_dup(arena, expires_at);
	run->report.next = n ? run_next_of_plan(run, path) : NULL;
	return ERROR_OK;
}

static enum error_kind end_dry_run(struct run *run)
{
	size_t n = plan_steps(&run->work.plan);

	if (run->work.request->how.plan_out)
		run->report.summary = arena_printf(&run->work.plan.arena,
		    n == 1 ? _("dry run: %zu step would be taken; nothing was written, nor was %s") :
			     _("dry run: %zu steps would be taken; nothing was written, nor was %s"),
		    n, shell_word(&run->work.plan.arena, run->work.request->how.plan_out));
	if (run->work.request->how.planned)
		run->report.next = run_next_of_plan(run, run->work.request->what.plan_file);
	return ERROR_OK;
}

/* Of a run that was resumed and left nothing its journal says so: no other journal tells of it. */
static enum error_kind end_without_doing(struct run *run, struct error *err)
{
	const enum error_kind result = report_result(&run->report, err);
	const char *resumed = run->own.what.resume;
	struct error trouble = { 0 };

	if (result == ERROR_OK && resumed && !request_takes_part(&run->own) &&
	    journal_add_nothing_left(&run->own, resumed, &trouble) != 0)
		log_warn("%s", trouble.text); /* 'journal list' goes on naming it, which harms nobody */
	return result;
}

static enum error_kind decide_and_act(struct run *run, struct error *err)
{
	int fenced;

	if (!run->work.request->how.dry_run && lock_look(&run->work.scene, err) != 0)
		return err->kind;
	make_plan(run);
	if (accept_check(&run->work.scene, &run->work.plan, &run->report.findings, err) != 0)
		return err->kind;
	if ((fenced = confirm_fence(run, err)) < 0)
		return err->kind;
	if (fenced)
		make_plan(run);
	if (signal_came()) {
		error_set(err, ERROR_INTERRUPTED, "interrupted before anything was begun; nothing was written");
		return err->kind;
	}
	if (refuses(run)) {
		refuse_run(run, err);
		return ERROR_REFUSED;
	}
	if (run->work.request->how.planned && plan_compare(run, run->work.request->how.planned, err) != 0)
		return err->kind;
	if (run->work.request->how.plan_out && !run->work.request->how.dry_run)
		return write_plan(run, err);
	if (run->work.request->how.dry_run)
		return end_dry_run(run);
	if (run->work.plan.nunit == 0)
		return end_without_doing(run, err);
	if (confirm(run, err) != 0)
		return err->kind;
	deadline_work();
	if (lock_take(&run->work.scene, NULL, &run->work.lock, err) != 0)
		return err->kind;
	return write_and_prove(run, err);
}

enum error_kind run_operation(const struct operation *operation, const struct request *request, struct error *err)
{
	struct run run = { .operation = operation, .own = *request };
	struct error trouble = { 0 };
	enum error_kind result;

	run.work.request = &run.own;
	run.report.work = &run.work;
	run.report.command = operation->name;
	run.report.rescues = operation->rescues;
	run.report.not_ready_before = operation->not_ready_before;
	log_set_dry_run(request->how.dry_run);
	if (request->how.planned)
		snprintf(run.work.run, sizeof run.work.run, "%s", request->how.planned->run);
	else
		run_id_new(operation->name, run.work.run);
	signals_watch(run.work.run, request->where.globals);
	deadline_again();
	clock_now(run.report.started_at);
	who_am_i(&run.who);
	if (world_open(request, operation->needs, run.work.run, &run.work.world, err) != 0) {
		result = err->kind;
	} else {
		run.own.how.order = run.order = order_config_words(&run.work.world.site.order);
		result = find_scene(&run, err) == 0 ? decide_and_act(&run, err) : err->kind;
	}
	clock_now(run.report.finished_at);
	if (report_print(&run.report, result, err, &trouble) != 0) {
		log_error("%s", trouble.text);
		if (result == ERROR_OK)
			result = trouble.kind;
	}
	evacuations_free(&run.work.plan);
	plan_free(&run.work.plan);
	findings_free(&run.report.findings);
	scene_free(&run.work.scene);
	journal_close(&run.work.journal);
	lock_release(&run.work.lock);
	world_close(&run.work.world);
	free(run.order.v);
	return result;
}
