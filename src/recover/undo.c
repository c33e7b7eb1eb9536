/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/words.h"
#include "guard/guard.h"
#include "journal/past.h"
#include "recover/recover.h"
#include "run/run.h"
#include "recover/undo.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/str.h"

/* Undo is an operation like the others; what it finds is the journal of a run and the rows as they are now. */

static int drift(const struct step *step, const char *now, struct error *err)
{
	log_error("%s %s: now %s; the run wrote %s %s", step->kind->one, step->id, now, step->kind->column[0],
	    str_or(step->after[0], "NULL"));
	err->kind = ERROR_DRIFT;
	return 1;
}

/* Each row that no longer holds what the run wrote is named; the step's state marks it. 0, or how many. */
static int look_at_unit(const struct scene *scene, struct unit *unit, const struct past_unit *past, size_t *drifted,
    struct error *err)
{
	struct db *db = past_database(scene->world, unit, past);
	struct arena *arena = &scene->subject.past->plan.arena;
	const char *now[STEP_COLUMNS];
	bool exists;

	if (!db && world_any_lost_cell(scene->world))
		return error_set(err, world_any_lost_cell(scene->world)->kind,
		    "the database of these rows (%s) cannot be read: %s", str_or(past->where, "?"),
		    world_any_lost_cell(scene->world)->text);
	if (!db)
		return error_set(err, ERROR_NOT_FOUND, "the database of these rows (%s) is not configured",
		    str_or(past->where, "?"));
	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		if (!request_wants(scene->request, s->id, s->name))
			continue;
		if (step_read(db, s, arena, now, &exists, err) != 0)
			return -1;
		if (exists && step_equal(s->kind, now, s->after))
			continue;
		s->state = STATE_SKIPPED;
		*drifted += (size_t)drift(s, exists ? step_values_text(s->kind, now, arena) : _("gone"), err);
	}
	return 0;
}

static int check_settled(const struct past *past, struct error *err)
{
	for (size_t i = 0; i < past->nunit; i++) {
		const char *state = past_unit_state(&past->unit[i]);

		if (past->unit[i].begun && unit_kind_has_rows(past->plan.unit[i].kind) &&
		    (str_equal(state, "open") || str_equal(state, "unknown"))) {
			error_set(err, ERROR_UNKNOWN, "run %s may or may not have written its rows", past->run);
			return error_hint(err, "first: evac-manage journal recover %s", past->run);
		}
	}
	return 0;
}

/* What the run has written, by id or by the name that it had. */
static int check_undo_words(const struct request *request, const struct past *past, struct error *err)
{
	auto_free char *list = xasprintf("evac-manage journal show %s", past->run);
	struct nameables known = { 0 };
	int rc;

	for (size_t i = 0; i < past->nunit; i++)
		for (const struct step *s = past->plan.unit[i].step; s < past->plan.unit[i].step + past->plan.unit[i].nstep;
		     s++)
			nameables_add(&known, s->id, s->name);
	rc = request_check_words(request, &known, NULL, "row of the run", list, err);
	nameables_free(&known);
	return rc;
}

static unsigned needs_to_undo(const struct past *past)
{
	unsigned needs = 0;

	for (size_t i = 0; i < past->nunit; i++)
		if (past_wrote(past, i))
			needs |= past->plan.unit[i].kind == UNIT_OWNERSHIP ? NEEDS_CINDER | WITNESS_NOVA : NEEDS_NOVA;
	return needs;
}

/* Where only cinder's rows go back nova is a witness: it need not know the host, and the host's cell need not answer. */
static int find_one_home_again(struct scene *scene, struct error *err)
{
	if (!scene->subject.host || scene_find_home(scene, scene->subject.host, err) == 0)
		return 0;
	if (needs_to_undo(scene->subject.past) & NEEDS_NOVA ||
	    (err->kind != ERROR_NOT_FOUND && !world_any_lost_cell(scene->world)))
		return -1;
	error_clear(err);
	return 0;
}

static int find_homes_again(struct scene *scene, struct error *err)
{
	if (scene_find_nova(scene, err) != 0)
		return -1;
	EACH_HOST(h, scene)
	{
		if (h != scene)
			scene_lend(scene, h);
		if (find_one_home_again(h, err) != 0)
			return -1;
		scene->nova.home = scene->nova.home ? scene->nova.home : h->nova.home;
	}
	return 0;
}

static int find_written(struct scene *scene, struct error *err)
{
	struct past *past = scene->subject.past;
	size_t drifted = 0;

	if (check_settled(past, err) != 0 || check_undo_words(scene->request, past, err) != 0)
		return -1;
	past_be_about(past, scene);
	scene->subject.host = past->host; /* NULL: a command about no host */
	EACH_HOST(h, scene)
	h->subject.past = past;
	if (scene->world->cinder_db && scene_find_cinder(scene, err) != 0)
		return -1;
	if (scene->cinder.schema.missing[0])
		return error_set(err, ERROR_REFUSED, "cinder's database has no %s; nothing was written there",
		    scene->cinder.schema.missing);
	if (scene->world->api_db && find_homes_again(scene, err) != 0)
		return -1;
	for (size_t i = 0; i < past->nunit; i++)
		if (past_wrote(past, i) && look_at_unit(scene, &past->plan.unit[i], &past->unit[i], &drifted, err) != 0)
			return -1;
	error_clear(err);
	if (drifted == 0 || scene->request->how.skip_drifted)
		return scene->world->cinder_db ? undo_find_moves(scene, err) : 0;
	error_set(err, ERROR_DRIFT, "%zu row%s changed since run %s; nothing was undone", drifted, drifted == 1 ? "" : "s",
	    past->run);
	return error_hint(err, "each row is named above; --skip-drifted undoes the others");
}

static void take_back_row(struct unit *unit, const struct scene *scene, const struct step *was)
{
	struct step *step = unit_step(unit, step_kind_id(was->kind), was->id, was->name);

	memcpy(step->before, was->after, sizeof step->before);
	memcpy(step->after, was->before, sizeof step->after);
	if (undo_keeps_forced_down(scene, was))
		step->after[2] = step->before[2];
}

static const char *mark_sentence(struct plan *plan, const struct step *s)
{
	bool on = str_equal(step_after(s, "disabled"), "0"), was_on = str_equal(step_before(s, "disabled"), "0");
	const char *forced = str_equal(step_before(s, "forced_down"), step_after(s, "forced_down")) ? "" :
	    str_equal(step_after(s, "forced_down"), "1")                                            ? _(", force it down") :
							   _(", no longer forced down");

	return arena_printf(&plan->arena, "%s %s%s",
	    on == was_on ? _("put back the reason of") :
		on       ? _("enable") :
			   _("disable"),
	    str_or(s->name, s->id), forced);
}

/* In the direction of the write: from whom the rows are taken, to whom they go. */
static const char *sentence_back(struct plan *plan, const struct scene *scene, const struct unit *unit)
{
	size_t services = unit_count(unit, STEP_CINDER_SERVICE), enabled = 0;
	auto_str struct str s = { 0 };

	unit_say_moves(unit, scene, _("move back"), &s);
	for (size_t i = 0; i < unit->nstep; i++)
		enabled += step_is(&unit->step[i], STEP_CINDER_SERVICE) &&
		    str_equal(step_after(&unit->step[i], "disabled"), "0");
	if (services > 0)
		str_addf(&s, _("%s%s %zu cinder service%s of %s"), s.n ? "; " : "", enabled ? _("enable") : _("disable"),
		    services, services == 1 ? "" : "s", str_or(scene_hosts_words(scene, &plan->arena), "?"));
	return arena_dup(&plan->arena, s.s);
}

static const char *sentence_of(struct plan *plan, const struct scene *scene, const struct unit *unit, const struct unit *was)
{
	const char *sentence = NULL;

	if (unit->kind == UNIT_OWNERSHIP && scene->subject.nmove > 0)
		sentence = sentence_back(plan, scene, unit);
	else if (unit->kind == UNIT_MARK && unit->nstep == 1)
		sentence = mark_sentence(plan, &unit->step[0]);
	return sentence ? sentence : arena_printf(&plan->arena, _("undo: %s"), was->sentence);
}

/* Work goes where its volume goes; NULL: this is no worker, or the run moved its volume elsewhere or not at all. */
static const struct step *volume_of_work(const struct unit *was, const struct step *worker)
{
	for (const struct step *s = was->step; step_is(worker, STEP_WORKER) && s < was->step + was->nstep; s++)
		if (step_is(s, STEP_VOLUME) && str_equal(s->id, worker->name))
			return s;
	return NULL;
}

typedef void each_step(const struct step *s, void *context);

/* Of a unit, last written, first taken back: kinds of rows; the rows of a kind keep their order, which many at once need. */
static void each_kind_back(const struct unit *was, each_step *each, void *context)
{
	for (size_t last = was->nstep, first; last > 0; last = first) {
		for (first = last - 1; first > 0 && was->step[first - 1].kind == was->step[last - 1].kind; first--)
			;
		for (const struct step *s = was->step + first; s < was->step + last; s++)
			each(s, context);
	}
}

struct taking {
	struct unit *unit;
	const struct unit *was;
	const struct scene *scene;
	int64_t *left; /* rows that --limit still allows; a worker with its volume is none of its own */
	bool *taken;   /* of each step of the unit */
};

static void choose_row(const struct step *s, void *context)
{
	struct taking *t = context;

	if (s->state != STATE_SKIPPED && !volume_of_work(t->was, s) && request_wants(t->scene->request, s->id, s->name))
		t->taken[s - t->was->step] = (*t->left)-- > 0;
}

static void take_chosen(const struct step *s, void *context)
{
	struct taking *t = context;
	const struct step *volume = volume_of_work(t->was, s), *chosen = volume ? volume : s;

	if (s->state != STATE_SKIPPED && t->taken[chosen - t->was->step])
		take_back_row(t->unit, t->scene, s);
}

static void take_back(struct plan *plan, const struct scene *scene, const struct unit *was, int64_t *left)
{
	struct unit *unit = plan_unit(plan, was->kind);
	struct taking taking = { unit, was, scene, left, xcalloc(was->nstep + 1, sizeof(bool)) };

	unit->host = was->host;
	each_kind_back(was, choose_row, &taking);
	each_kind_back(was, take_chosen, &taking);
	free(taking.taken);
	if (unit_is_whole(was) && unit->nstep < was->nstep)
		unit->nstep = 0;
	unit->sentence = sentence_of(plan, scene, unit, was);
	if (unit->nstep > 0)
		return;
	auto_free_(&unit->step);
	plan->nunit--;
}

static void plan_undo(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	int64_t left = scene->request->what.limit > 0 ? scene->request->what.limit : INT64_MAX;
	const struct past *past = scene->subject.past;

	(void)findings;
	for (size_t i = past->nunit; i-- > 0;)
		if (past_wrote(past, i))
			take_back(plan, scene, &past->plan.unit[i], &left);
}

static bool has_evacuations(const struct past *past)
{
	for (size_t i = 0; i < past->nunit; i++)
		if (past->plan.unit[i].kind == UNIT_EVACUATION && past->unit[i].publish_begun)
			return true;
	return false;
}

static bool has_fenced(const struct past *past)
{
	for (size_t i = 0; i < past->nunit; i++)
		if (past->unit[i].begun && (past->plan.unit[i].kind == UNIT_POWER || past->plan.unit[i].kind == UNIT_FENCE))
			return true;
	return false;
}

static enum error_kind refuse_evacuations(const struct past *past, struct error *err)
{
	auto_str struct str host = { 0 };

	if (!has_fenced(past)) {
		error_set(err, ERROR_REFUSED,
		    "run %s only evacuated instances; an evacuation that nova has begun cannot be undone", past->run);
		error_hint(err, "when the host is healthy again, migrate the instances back with nova");
		return ERROR_REFUSED;
	}
	error_set(err, ERROR_REFUSED,
	    "run %s only fenced '%s' and evacuated instances; an evacuation that nova has begun cannot be undone, and the fence stays",
	    past->run, str_or(past->host, "?"));
	shell_add_word(&host, str_or(past->host, "?"));
	error_hint(err,
	    "ask what of the fence may be taken away: evac-manage host return %s; when the host is healthy again, migrate the instances back with nova",
	    host.s);
	return ERROR_REFUSED;
}

enum error_kind undo_run(const struct request *request, struct error *err)
{
	struct operation operation = { .name = "journal undo", .find = find_written, .plan = plan_undo };
	struct past past = { 0 };
	enum error_kind result;

	if (recover_peek(request, request->what.id, &past, err) != 0) {
		result = err->kind;
	} else if (!(operation.needs = needs_to_undo(&past)) && has_evacuations(&past)) {
		result = refuse_evacuations(&past, err);
	} else if (request->what.sql && check_settled(&past, err) != 0) {
		result = err->kind; /* half of it would be printed as the whole */
	} else {
		operation.past = &past;
		result = request->what.sql ? undo_print_sql(request, &past, err) : run_operation(&operation, request, err);
	}
	past_free(&past);
	return result;
}
