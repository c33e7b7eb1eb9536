/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "prove_internal.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"

/* Rows that a run wrote: are they as it promised, right after its COMMIT, and still at its end? */

static int compare_ids(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;

	return strcmp(x->id, y->id);
}

/* Whichever of the columns that say whose it is the step has. */
static bool is_promised(const struct step *step, const struct owned *row)
{
	const char *const now[][2] = { { "host", row->host }, { "service_uuid", row->service }, { "service_id", row->service },
		{ "cluster_name", row->cluster_name } };

	for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
		size_t c = step_kind_column(step->kind, now[i][0]);

		if (step->kind->column[c] && !str_equal(now[i][1], step->after[c]))
			return false;
	}
	return true;
}

static void proved(struct step *step)
{
	step->state = STATE_PROVED;
	step->error = NULL;
}

/* What is not as promised is looked at by itself. */
struct look {
	struct unit *unit;
	struct db *db;
	void (*found)(struct step *step);
};

/* The steps of one kind against all that the new owner has now. */
static int find_promised(const struct look *l, enum owned_kind kind, const char *owner, struct error *err)
{
	struct owned_rows rows;
	struct step *step;

	if (owned_find(l->db, kind, owner, &rows, err) != 0)
		return -1;
	vec_sort(rows.v, rows.n, sizeof *rows.v, compare_ids);
	for (step = l->unit->step; step < l->unit->step + l->unit->nstep; step++) {
		const struct owned *row = vec_search(&(struct owned){ .id = step->id }, rows.v, rows.n, sizeof *rows.v,
		    compare_ids);

		if (step_is(step, step_kind_owned(kind)) && row && is_promised(step, row))
			l->found(step);
	}
	owned_free(&rows);
	return 0;
}

/* ${n} steps of one kind by their ids. */
static int find_batch(const struct look *l, struct step **step, size_t n, struct error *err)
{
	struct steps_now now;

	if (steps_read(l->db, step, n, &now, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct step_now *row = step_now_find(&now, step[i]->id);

		if (row && step_equal(step[i]->kind, row->value, step[i]->after))
			l->found(step[i]);
	}
	db_rows_free(&now.rows);
	return 0;
}

static int find_by_ids(const struct look *l, enum step_kind_id kind, struct error *err)
{
	struct step *batch[DB_LIST];
	size_t n = 0;

	for (struct step *step = l->unit->step; step < l->unit->step + l->unit->nstep; step++) {
		if (!step_is(step, kind))
			continue;
		batch[n++] = step;
		if (n < DB_LIST)
			continue;
		if (find_batch(l, batch, n, err) != 0)
			return -1;
		n = 0;
	}
	return n > 0 ? find_batch(l, batch, n, err) : 0;
}

static struct owner_pair pair_of(const struct move *m)
{
	return (struct owner_pair){ .old_owner = m->whose ? m->whose : m->from.text,
		.new_owner = m->whose ? m->whose_then : m->to.text,
		.pools = !m->whose,
		.backups = m->kind == MOVE_BACKUPS };
}

int prove_count(struct db *db, const struct move *m, struct ownership_count *out, struct error *err)
{
	const struct owner_pair pair = pair_of(m);

	return ownership_count(db, &pair, out, err);
}

int prove_count_before(const struct work *work, struct move *m, struct error *err)
{
	const struct owner_pair pair = pair_of(m);

	return ownership_count_with(work->world.cinder_db, &work->scene.cinder.owners, &pair, &m->before, err);
}

/* What the database has of the unit's rows: each is asked for once, however many moves there are. */
static int look_for_rows(const struct work *work, const struct look *l, struct error *err)
{
	const struct move *m, *end = work->scene.subject.move + work->scene.subject.nmove;
	bool by_ids[OWNED_KINDS] = { false };
	int rc = 0;

	for (m = work->scene.subject.move; m < end && rc == 0; m++)
		for (int k = 0; k < OWNED_KINDS && rc == 0; k++) {
			if (m->rows[k].n == 0 || by_ids[k])
				continue;
			by_ids[k] = step_kinds[k].read_many != NULL;
			rc = by_ids[k] ? find_by_ids(l, step_kind_owned((enum owned_kind)k), err) :
					 find_promised(l, (enum owned_kind)k, m->to.backend_host, err);
		}
	return rc;
}

/* Nobody works on the old owner any more: a row that has its old value again is no work of others. */
static void lost(struct work *work, struct step *step)
{
	struct arena *arena = &work->plan.arena;
	const char *old = step_values_text(step->kind, step->before, arena);

	work->lost_rows = true;
	step->since = NULL;
	step->error = step->state == STATE_PROVED ?
	    arena_printf(arena,
		_("it was verified, but now holds its old value again (%s): the database lost the write, or another session undid it"),
		old) :
	    arena_printf(arena,
		_("it was written, but holds its old value again (%s): the database lost the write, or another session undid it"),
		old);
	step->state = STATE_APPLIED;
	log_error("%s %s: %s", step->kind->name, step->id, step->error);
}

static void refute(struct work *work, struct step *step, const char *now)
{
	step->error = arena_printf(&work->plan.arena, _("it reads back as %s, but %s was written"), now,
	    step_values_text(step->kind, step->after, &work->plan.arena));
	work->strange_rows = true;
	log_error("%s %s: %s", step->kind->name, step->id, step->error);
}

/* One row read by its id. A row that is gone was deleted after our COMMIT, by somebody who may: lost it would hold its old
 * value. */
static int prove_step(struct work *work, struct step *step, struct db *db, struct error *err)
{
	const char *now[STEP_COLUMNS];
	bool exists;

	if (step->state != STATE_APPLIED)
		return 0;
	if (step_read(db, step, &work->plan.arena, now, &exists, err) != 0)
		return -1;
	if (exists && !step_equal(step->kind, now, step->after)) {
		if (step_equal(step->kind, now, step->before))
			lost(work, step);
		else
			refute(work, step, step_values_text(step->kind, now, &work->plan.arena));
		return 0;
	}
	proved(step);
	if (!exists)
		step->since = "deleted";
	return 0;
}

/* What others see of both owners, not what the transaction saw. */
static int count_owners(struct work *work, struct db *db, struct error *err)
{
	for (struct move *m = work->scene.subject.move; m < work->scene.subject.move + work->scene.subject.nmove; m++)
		if (prove_count(db, m, &m->now, err) != 0)
			return -1;
	return 0;
}

static int prove_rows(struct work *work, struct unit *unit, struct db *db, struct error *err)
{
	const struct look look = { unit, db, proved };

	if (unit->kind == UNIT_OWNERSHIP && (count_owners(work, db, err) != 0 || look_for_rows(work, &look, err) != 0))
		return -1;
	for (struct step *step = unit->step; step < unit->step + unit->nstep; step++)
		if (prove_step(work, step, db, err) != 0)
			return -1;
	return 0;
}

static size_t count_proved(const struct unit *unit)
{
	size_t n = 0;

	for (size_t k = 0; k < unit->nstep; k++)
		n += unit->step[k].state == STATE_PROVED;
	return n;
}

static int journal_proved(struct work *work, size_t index, struct error *err)
{
	const struct unit *unit = &work->plan.unit[index];
	bool whole = count_proved(unit) == unit->nstep;

	return journal_outcome(work->journal, index, whole ? STATE_PROVED : STATE_APPLIED,
	    whole ? NULL : _("not every row reads back as it was written"), err);
}

static int connect_to(const struct work *work, const struct unit *unit, struct db **db, struct error *err)
{
	return unit->kind == UNIT_OWNERSHIP ? world_connect_cinder(&work->world, db, err) :
					      world_connect_cell(&work->world, work->scene.nova.home->cell, db, err);
}

int prove_unit(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct db *db = NULL;
	size_t wrong;
	int rc;

	CRASH_POINT("unit_before_proof");
	rc = connect_to(work, unit, &db, err);
	if (rc == 0)
		rc = prove_rows(work, unit, db, err);
	db_close(&db);
	if (rc != 0)
		return error_prefix(err, "the written rows could not be read back");
	if (journal_proved(work, index, err) != 0)
		return -1;
	wrong = unit->nstep - count_proved(unit);
	if (wrong > 0)
		return error_set(err, ERROR_UNPROVED, "%zu of %zu rows do not read back as they were written", wrong,
		    unit->nstep);
	return unit->kind == UNIT_OWNERSHIP ? leftovers_tell(work, err) : 0;
}

/* ---- what others have done with proved rows since */

static const char unseen[] = "not checked";

static void unmark(struct step *step)
{
	step->since = NULL;
}

/* Every row is marked, then those that are as they were proved are not; the few that are left are read. */
static int look_since(struct work *work, struct unit *unit, struct db *db, struct error *err)
{
	const struct look look = { unit, db, unmark };
	const char *now[STEP_COLUMNS];
	struct step *step;
	bool exists;

	for (step = unit->step; step < unit->step + unit->nstep; step++)
		step->since = step->state == STATE_PROVED && !step->since ? unseen : step->since;
	if (unit->kind == UNIT_OWNERSHIP && (count_owners(work, db, err) != 0 || look_for_rows(work, &look, err) != 0))
		return -1;
	for (step = unit->step; step < unit->step + unit->nstep; step++) {
		if (!step->since)
			continue;
		if (step_read(db, step, &work->plan.arena, now, &exists, err) != 0)
			return -1;
		if (exists && step_equal(step->kind, now, step->before))
			lost(work, step);
		else
			step->since = !exists                        ? "deleted" :
			    step_equal(step->kind, now, step->after) ? NULL :
								       step_values_text(step->kind, now, &work->plan.arena);
	}
	return 0;
}

static void forget_marks(struct unit *unit)
{
	for (struct step *step = unit->step; step < unit->step + unit->nstep; step++)
		if (step->since == unseen)
			step->since = NULL;
}

/* Reserved hosts, which the run itself has disabled again. */
static bool was_given_back(const struct plan *plan, const struct unit *unit)
{
	for (const struct unit *u = plan->unit; unit->kind == UNIT_RESERVE && u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_RELEASE && u->nstep > 0 && u->step[0].state != STATE_PLANNED &&
		    u->step[0].state != STATE_SKIPPED)
			return true;
	return false;
}

/* Evacuations take their time; without any, nothing can have changed since. What could not be looked at again is still
 * proved. */
void prove_rows_since(struct work *work, const struct proof *proof)
{
	struct error err = { 0 };

	for (size_t i = 0; i < work->plan.nunit; i++) {
		struct unit *unit = &work->plan.unit[i];
		struct db *db = unit->kind == UNIT_OWNERSHIP ? proof->cinder : proof->cell;
		size_t was = count_proved(unit);

		if (!unit_kind_has_rows(unit->kind) || was == 0 || !db || was_given_back(&work->plan, unit))
			continue;
		if (look_since(work, unit, db, &err) != 0)
			log_warn("cannot see whether rows have changed since they were verified: %s", err.text);
		forget_marks(unit);
		if (count_proved(unit) < was && journal_proved(work, i, &err) != 0)
			log_error("%s", err.text);
	}
}
