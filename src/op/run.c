/* SPDX-License-Identifier: Apache-2.0 */
#include "op/run.h"

#include <stdio.h>
#include <string.h>

#include "op/accept.h"
#include "op/guard.h"
#include "op/plan_file.h"
#include "op/report.h"
#include "out/report.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/shell.h"

static int find(struct run *run, struct error *err)
{
	int rc;

	run->scene.request = run->request;
	run->scene.world = &run->world;
	run->scene.run = run->id;
	run->scene.journal_file_system = journal_file_system(run->request);
	run->scene.operator = arena_printf(&run->scene.arena, "%s on %s", who_name(&run->who), run->who.on);
	if (world_begin_reads(&run->world, err) != 0)
		return -1;
	rc = run->operation->find(&run->scene, err);
	world_end_reads(&run->world);
	return rc;
}

static int apply_unit(struct run *run, size_t index, struct error *err)
{
	switch (run->plan.unit[index].kind) {
	case UNIT_OWNERSHIP:
		return apply_ownership(run, index, err);
	case UNIT_MARK:
		return apply_mark(run, index, err);
	case UNIT_CLOSE:
		return apply_close(run, index, err);
	case UNIT_EVACUATION:
		break; /* all of them together, in waves */
	}
	return 0;
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

/* In the plan's order; nothing begins after a unit that failed or is not proved: what comes later may need it. */
static int apply(struct run *run, struct error *err)
{
	bool evacuates = false;
	int rc = 0;

	for (size_t i = 0; i < run->plan.nunit && rc == 0 && !signal_came(); i++) {
		evacuates |= run->plan.unit[i].kind == UNIT_EVACUATION;
		rc = apply_unit(run, i, err);
		if (rc == 0 && run->plan.unit[i].kind != UNIT_EVACUATION)
			rc = prove_unit(run, i, err);
		if (rc == 0 && run->plan.unit[i].kind != UNIT_EVACUATION)
			log_notice("%zu. proved: %zu row%s", i + 1, run->plan.unit[i].nstep, run->plan.unit[i].nstep == 1 ? "" : "s");
	}
	if (rc == 0 && evacuates && !signal_came())
		rc = apply_evacuations(run, err);
	skip_planned(&run->plan, signal_came() ? "interrupted before it was begun" : "not begun");
	return rc;
}

static int end_journal(struct run *run, enum error_kind result, struct error *err)
{
	json_object *record = json_object_new_object(), *counts = json_object_new_object();
	struct totals t;

	run_totals(run, &t);
	for (int s = 0; s < STATE_COUNT; s++)
		json_object_object_add(counts, state_name[s], json_object_new_int64((int64_t)t.state[s]));
	json_object_object_add(record, "result", json_object_new_string(error_kind_name(result)));
	json_object_object_add(record, "exit_code", json_object_new_int(error_kind_exit_code(result)));
	json_object_object_add(record, "totals", counts);
	return journal_add(run->journal, "end", record, true, err);
}

/* Of a rescue, which knows its own words: an evacuation's options are only its reader's to repeat. */
static const char *next_of(struct run *run, enum error_kind result)
{
	const char *host = run->scene.host ? shell_word(&run->plan.arena, run->scene.host) : NULL;
	struct totals t;

	run_totals(run, &t);
	if (!run->operation->rescues || !host)
		return NULL;
	if (result == ERROR_OK) /* nova has to be asked, where it knows the host */
		return run->scene.evacuates ? arena_printf(&run->plan.arena, "evac-manage host return %s", host) : NULL;
	if (result == ERROR_PARTIAL && t.state[STATE_FAILED] + t.state[STATE_SKIPPED] == 0)
		return arena_printf(&run->plan.arena, "evac-manage host show %s", host);
	return result == ERROR_PARTIAL || result == ERROR_INTERRUPTED || result == ERROR_TIMEOUT ?
	    arena_printf(&run->plan.arena, "evac-manage host rescue %s --resume %s", host, run->id) : NULL;
}

static enum error_kind write_and_prove(struct run *run, struct error *err)
{
	struct error trouble = { 0 };
	enum error_kind result;

	if (journal_create(run->request, run->id, run->scene.host, &run->journal, err) != 0)
		return err->kind;
	if (journal_reserve(run->journal, &run->plan, err) != 0) {
		journal_discard(&run->journal);
		return err->kind;
	}
	log_info("journal: %s", journal_path(run->journal));
	if (journal_plan(run->journal, &run->plan, err) != 0) {
		journal_discard(&run->journal);
		return err->kind;
	}
	/* an error is said at the end, when what was done is proved */
	if (apply(run, err) != 0 && !err->kind)
		error_set(err, ERROR_BUG, "a step failed and did not say why; the journal has how far it came: %s", journal_path(run->journal));
	if (prove_all(run, &trouble) != 0) {
		log_error("%s", trouble.text);
		if (!err->kind)
			*err = trouble;
	}
	if (!run->scene.past && (run->scene.moves_things || run->scene.evacuates))
		scene_find_queues(&run->scene); /* more may have come while the rows were written */
	result = run_result(run, err);
	run->next = next_of(run, result);
	if (end_journal(run, result, &trouble) != 0)
		log_warn("%s", trouble.text);
	return result;
}

/* A stop wins over an empty plan. Something alone that is left out is refused; in a host run it is listed. */
static bool refuses(const struct run *run)
{
	if (findings_stop(&run->findings))
		return true;
	if (run->operation->alone)
		for (size_t i = 0; i < run->findings.n; i++)
			if (run->findings.v[i].severity == SEVERITY_SKIP && !run->findings.v[i].accepted)
				return true;
	return false;
}

static void make_plan(struct run *run)
{
	findings_free(&run->findings);
	plan_free(&run->plan);
	(run->operation->guard ? run->operation->guard : guards_run)(&run->scene, &run->findings);
	run->operation->plan(&run->plan, &run->scene, &run->findings);
}

/* In the table's order, which begins with the failed host; but two names that were exchanged make nonsense of all the rest. */
static const struct finding *first_to_mend(const struct findings *findings)
{
	const struct finding *stop = NULL, *skip = NULL;

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++) {
		if (strcmp(f->code, "looks-swapped") == 0)
			return f;
		if (!stop && f->severity == SEVERITY_STOP && !f->accepted)
			stop = f;
		if (!skip && f->severity == SEVERITY_SKIP && !f->accepted) /* something alone */
			skip = f;
	}
	return stop ? stop : skip;
}

static int refuse(struct run *run, struct error *err)
{
	const struct finding *first = run->first = first_to_mend(&run->findings);
	size_t stops = 0, skips = 0, n;

	for (const struct finding *f = run->findings.v; f < run->findings.v + run->findings.n; f++) {
		stops += f->severity == SEVERITY_STOP && !f->accepted;
		skips += f->severity == SEVERITY_SKIP && !f->accepted;
	}
	n = stops ? stops : skips;
	error_set(err, ERROR_REFUSED, "refused: %zu problem%s; nothing was written", n, n == 1 ? "" : "s");
	return error_hint(err, "first %s: %s", first->code, first->hint[0] ? first->hint : first->message);
}

/* The file, what is in it, until when, and what comes next. */
static enum error_kind write_plan(struct run *run, struct error *err)
{
	const char *path = run->request->plan_out;
	char expires_at[CLOCK_TEXT_SIZE];
	struct arena *arena = &run->plan.arena;
	size_t n = plan_steps(&run->plan);
	struct totals t;

	if (plan_file_write(run, path, expires_at, err) != 0)
		return err->kind;
	run_totals(run, &t);
	run->summary = arena_printf(arena, "plan: %zu step%s in %s; nothing is done yet%s", n, n == 1 ? "" : "s", shell_word(arena, path),
	    n == 0 ? ", and nothing is to be done" : "");
	if (t.skipped)
		run->summary = arena_printf(arena, "%s; %zu instance%s left out", run->summary, t.skipped, t.skipped == 1 ? " is" : "s are");
	run->good_until = arena_dup(arena, expires_at);
	run->next = n ? plan_file_command(arena, path) : NULL;
	return ERROR_OK;
}

static enum error_kind end_dry_run(struct run *run)
{
	struct arena *arena = &run->plan.arena;

	if (run->request->plan_out)
		run->summary = arena_printf(arena, "dry run: %zu steps would be taken; nothing was written, nor was %s",
		    plan_steps(&run->plan), shell_word(arena, run->request->plan_out));
	if (run->request->planned)
		run->next = plan_file_command(arena, run->request->plan_file);
	return ERROR_OK;
}

static enum error_kind decide_and_act(struct run *run, struct error *err)
{
	int fenced;

	if (!run->request->dry_run && lock_look(&run->scene, run->resumes, err) != 0)
		return err->kind;
	make_plan(run);
	if (accept_check(&run->scene, &run->plan, &run->findings, err) != 0)
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
		refuse(run, err);
		return ERROR_REFUSED;
	}
	if (run->request->planned && plan_compare(run, run->request->planned, err) != 0)
		return err->kind;
	if (run->request->plan_out && !run->request->dry_run)
		return write_plan(run, err);
	if (run->request->dry_run)
		return end_dry_run(run);
	if (run->plan.nunit == 0)
		return run_result(run, err);
	if (confirm(run, err) != 0 || lock_take(&run->scene, run->resumes, &run->lock, err) != 0)
		return err->kind;
	return write_and_prove(run, err);
}

enum error_kind op_run(const struct operation *operation, const struct request *request, struct error *err)
{
	struct run run = { .operation = operation, .own = *request };
	struct error trouble = { 0 };
	enum error_kind result;

	run.request = &run.own;
	log_set_dry_run(request->dry_run);
	if (request->planned)
		snprintf(run.id, sizeof run.id, "%s", request->planned->run);
	else
		run_id_new(operation->name, run.id);
	signals_watch(run.id, request->globals);
	clock_now(run.started_at);
	who_am_i(&run.who);
	if (world_open(request, operation->needs, run.id, &run.world, err) != 0 || find(&run, err) != 0)
		result = err->kind;
	else
		result = decide_and_act(&run, err);
	clock_now(run.finished_at);
	if (report_print(&run, result, err, &trouble) != 0) {
		log_error("%s", trouble.text);
		if (result == ERROR_OK)
			result = trouble.kind;
	}
	evacuations_free(&run.plan);
	plan_free(&run.plan);
	findings_free(&run.findings);
	scene_free(&run.scene);
	journal_close(&run.journal);
	lock_release(&run.lock);
	world_close(&run.world);
	return result;
}
