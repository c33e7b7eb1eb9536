/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "recovery_internal.h"
#include "sql_catalogue.h"
#include "find/moves.h"
#include "util/crash.h"
#include "util/lang.h"
#include "apply/apply.h"
#include "util/log.h"
#include "util/str.h"

/* One unit of rows, in cinder's database or a cell's: every row is read, and if all still hold the old value and nobody knows
 * what became of the commit, the same compare-and-set runs again. It takes the same locks and writes the same rows, so it
 * settles what an earlier try of ours may still do: one of the two finds the rows changed. */

struct count {
	size_t old, new, other, gone;
};

/* A cell's label may have changed since; the only cell is the one. */
static struct db *database_of(const struct recovery *r, size_t index)
{
	const struct unit *unit = &r->work.plan.unit[index];
	const struct world *w = &r->work.world;
	struct db *db = past_database(w, unit, &r->past.unit[index]);

	return !db && unit->kind != UNIT_OWNERSHIP && w->mappings.n == 1 && w->ncell == 1 ? w->cell[0].db : db;
}

/* What each row holds now; a third value, or none, becomes the step's error. */
static int compare_with_now(struct recovery *r, struct unit *unit, struct db *db, struct count *out, struct error *err)
{
	struct arena *arena = &r->work.plan.arena;
	const char *now[STEP_COLUMNS];
	bool exists;

	*out = (struct count){ 0 };
	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		if (step_read(db, s, arena, now, &exists, err) != 0)
			return -1;
		if (exists && step_equal(s->kind, now, s->after)) {
			s->state = STATE_PROVED;
			s->error = NULL;
			out->new ++;
		} else if (exists && step_equal(s->kind, now, s->before)) {
			s->state = STATE_SKIPPED;
			s->error = _("the row holds the old value");
			out->old++;
		} else {
			s->state = STATE_FAILED;
			s->since = exists ? step_values_text(s->kind, now, arena) : "deleted";
			s->error = exists ? arena_printf(arena, _("the row holds neither value: %s"), s->since) :
					    _("the row is gone");
			*(exists ? &out->other : &out->gone) += 1;
		}
	}
	return 0;
}

/* All or none: that one row holds what was written, or that the commit was answered, tells it of the others, whatever became of
 * them since. */
static void take_as_written(struct unit *unit)
{
	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (s->state == STATE_FAILED) {
			s->state = STATE_PROVED;
			s->error = NULL;
		}
}

/* An owner that has come back would now lose its rows while it uses them. An undo takes them from a live one, and was told
 * to. */
static int check_sources(struct recovery *r, const struct unit *unit, struct error *err)
{
	struct cinder_services now = { 0 };
	const struct cinder_service *s;
	struct host_name owner;
	int rc = 0;

	if (unit->kind != UNIT_OWNERSHIP || past_accepts(&r->past, "source-alive") ||
	    str_equal(r->past.command, "journal undo"))
		return 0;
	if (cinder_services_list(r->work.world.cinder_db, &now, err) != 0)
		return -1;
	for (const struct step *step = unit->step; step < unit->step + unit->nstep && rc == 0; step++) {
		if (!step_kind_names_host(step->kind) || !step->before[0] || !host_name_parse(step->before[0], &owner))
			continue;
		s = cinder_service_find(&now, move_binary(step_kind_move(step->kind)), owner.backend_host);
		if (s && cinder_service_is_up(s, r->work.world.cinder.service_down_time_s))
			rc = error_set(err, ERROR_DRIFT, "%s on '%s' reports again, so it is alive; nothing was written",
			    s->binary, s->host);
	}
	cinder_services_free(&now);
	return rc;
}

/* Whether anybody works on an evacuation was asked before the run, and may be otherwise now: so it is not closed by recovery. A
 * new time in its row makes an earlier try of ours find it changed. */
static int fence(struct db *db, const struct unit *unit, struct error *err)
{
	const struct step *s = unit->step;
	uint64_t matched;

	while (s < unit->step + unit->nstep && !step_is(s, STEP_MIGRATION))
		s++;
	if (s == unit->step + unit->nstep)
		return 0;
	if (db_write(db, &SQL_NOVA_MIGRATION_TOUCH,
		(const struct db_param[]){ p_str("id", s->id), p_str("old_status", s->before[0]), p_end }, &matched, err) != 0)
		return -1;
	return matched == 1 ?
	    0 :
	    error_set(err, ERROR_DRIFT, "migration %s is no longer '%s'", s->id, str_or(s->before[0], "NULL"));
}

/* Nobody needs the host any more. Its row, written as it is, waits for whatever an earlier try of ours may still commit. */
static int settle_reserve(struct db *db, const struct unit *unit, struct error *err)
{
	struct unit same = *unit;
	int rc;

	same.step = xcalloc(unit->nstep, sizeof *same.step);
	for (size_t i = 0; i < unit->nstep; i++) {
		same.step[i] = unit->step[i];
		memcpy(same.step[i].after, unit->step[i].before, sizeof same.step[i].after);
	}
	rc = unit_write(db, &same, err);
	free(same.step);
	return rc;
}

static int write_again(struct recovery *r, const struct unit *unit, struct db *db, struct error *err)
{
	int rc;

	CRASH_POINT("recover_rows_before_begin");
	if (lock_check(r->work.lock, err) != 0 || db_begin_write(db, err) != 0)
		return -1;
	if (unit->kind == UNIT_CLOSE)
		rc = fence(db, unit, err);
	else if (unit->kind == UNIT_RESERVE)
		rc = settle_reserve(db, unit, err);
	else
		rc = check_sources(r, unit, err) != 0 || unit_write(db, unit, err) != 0 ? -1 : 0;
	if (rc == 0)
		rc = lock_check(r->work.lock, err);
	if (rc != 0) {
		db_rollback(db);
		return -1;
	}
	CRASH_POINT("recover_rows_before_commit");
	rc = db_commit(db, err);
	CRASH_POINT("recover_rows_after_commit");
	return rc;
}

/* ${committed}: the journal has the answer to the commit. A third value without it is somebody's decision about a row that we
 * may never have written. */
static enum verdict rows_verdict(struct recovery *r, struct unit *unit, bool committed, const struct count *n, const char **why)
{
	struct arena *arena = &r->work.plan.arena;

	if (n->new == unit->nstep) {
		*why = _("every row holds the new value");
		return VERDICT_DONE;
	}
	if (n->old == unit->nstep) {
		*why = _("every row holds its old value");
		return VERDICT_NOT_DONE;
	}
	if (n->old == 0 && (committed || (n->new > 0 && n->other == 0))) {
		take_as_written(unit);
		*why = arena_printf(arena,
		    _("the unit was committed; rows: %zu; holding the new value: %zu, changed since: %zu, deleted: %zu"),
		    unit->nstep, n->new, n->other, n->gone);
		return VERDICT_DONE;
	}
	*why = arena_printf(arena, _("%zu of %zu rows hold the new value, %zu the old one, %zu neither"), n->new, unit->nstep,
	    n->old, n->other + n->gone);
	return VERDICT_DRIFT;
}

static enum verdict give_up(struct recovery *r, struct unit *unit, const struct error *err, const char **why)
{
	*why = arena_dup(&r->work.plan.arena, err->text);
	unit_set_state(unit, STATE_UNKNOWN, *why);
	return VERDICT_UNKNOWN;
}

enum verdict recover_rows(struct recovery *r, size_t index, const char **why)
{
	struct unit *unit = &r->work.plan.unit[index];
	const char *outcome = r->past.unit[index].outcome;
	struct db *db = database_of(r, index);
	bool committed = str_equal(outcome, "applied");
	struct error err = { 0 };
	struct count n;
	enum verdict verdict;

	if (!db) {
		const struct absence *lost = world_any_lost_cell(&r->work.world);

		error_set(&err, lost ? lost->kind : ERROR_NOT_FOUND, "its database (%s) %s",
		    str_or(r->past.unit[index].where, "?"), lost ? lost->text : _("is not configured any more"));
		return give_up(r, unit, &err, why);
	}
	if (compare_with_now(r, unit, db, &n, &err) != 0)
		return give_up(r, unit, &err, why);
	verdict = rows_verdict(r, unit, committed, &n, why);
	r->nlost += verdict == VERDICT_DRIFT && committed && n.other == 0;
	if (verdict != VERDICT_NOT_DONE)
		return verdict;
	if (str_equal(outcome, "failed")) {
		*why = _("the unit was rolled back; every row holds its old value");
		return verdict;
	}
	if (outcome && !str_equal(outcome, "unknown")) {
		*why = _("the unit was committed, but every row holds its old value: it was undone, or the database lost it");
		r->nlost++;
		return VERDICT_DRIFT;
	}
	if (r->request->how.dry_run) {
		*why = _("every row holds its old value; recovery would run the same compare-and-set again");
		return VERDICT_UNKNOWN;
	}
	if (write_again(r, unit, db, &err) != 0 && err.kind != ERROR_DRIFT)
		return give_up(r, unit, &err, why);
	if (err.kind == ERROR_DRIFT)
		log_warn("%s", err.text);
	error_clear(&err);
	if (compare_with_now(r, unit, db, &n, &err) != 0)
		return give_up(r, unit, &err, why);
	verdict = rows_verdict(r, unit, committed, &n, why);
	if (verdict == VERDICT_NOT_DONE && (unit->kind == UNIT_CLOSE || unit->kind == UNIT_RESERVE)) {
		*why = _("every row holds its old value, and the transaction can no longer be committed");
		return verdict;
	}
	if (verdict != VERDICT_NOT_DONE)
		return verdict;
	*why = _("every row holds its old value; nothing was written again because the source reports");
	unit_set_state(unit, STATE_UNKNOWN, *why);
	return VERDICT_UNKNOWN;
}
