/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "op/evacuation.h"
#include "util/clock.h"
#include "util/log.h"

/* nova writes the host before it stops again what was stopped, and cinder ends an attachment a moment later. */
#define SETTLE_MS 60000
#define SETTLE_STEP_MS 500

struct proof {
	struct db *cinder, *cell;
};

static int compare_ids(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static void refute(struct run *run, struct step *step, const char *column, const char *promised, const char *found)
{
	step->error = arena_printf(&run->plan.arena, "%s is '%s', promised was '%s'", column, str_or(found, "NULL"),
	    str_or(promised, "NULL"));
	log_error("%s %s: %s", step->kind->name, step->id, step->error);
}

static void prove_row(struct run *run, struct step *step, const struct owned *row)
{
	if (!row)
		refute(run, step, "owner", step->after[0], "another");
	else if (step->kind == &step_worker ? !str_equal(row->service, step->after[0]) : !str_equal(row->host, step->after[0]))
		refute(run, step, step->kind->column[0], step->after[0], step->kind == &step_worker ? row->service : row->host);
	else if (step->kind == &step_volume && !str_equal(row->service, step->after[1]))
		refute(run, step, step->kind->column[1], step->after[1], row->service);
	else if (step->kind != &step_worker && step->kind != &step_backup && !str_equal(row->cluster_name, step_after(step, "cluster_name")))
		refute(run, step, "cluster_name", step_after(step, "cluster_name"), row->cluster_name);
	else
		step->state = STATE_PROVED;
}

static const struct step_kind *const kind_of[OWNED_KINDS] = {
	&step_volume, &step_group, &step_consistencygroup, &step_cache_entry, &step_worker, &step_backup,
};

/* The steps of one kind against all that the new owner has now. */
static int prove_kind(struct run *run, struct unit *unit, enum owned_kind kind, const char *owner, struct db *db, struct error *err)
{
	struct owned_rows rows;
	struct step *step;

	if (owned_find(db, kind, owner, &rows, err) != 0)
		return -1;
	vec_sort(rows.v, rows.n, sizeof *rows.v, compare_ids);
	for (step = unit->step; step < unit->step + unit->nstep; step++) {
		const struct owned *row = vec_search(&(struct owned){ .id = step->id }, rows.v, rows.n, sizeof *rows.v, compare_ids);

		if (step->kind == kind_of[kind] && step->state == STATE_APPLIED &&
		    (kind == OWNED_WORKER ? row != NULL : host_is_on_backend(step->after[0], owner)))
			prove_row(run, step, row);
	}
	owned_free(&rows);
	return 0;
}

/* One row read by its id: for services, and for whatever no move of the scene has proved. */
static int prove_step(struct run *run, struct step *step, struct db *db, struct error *err)
{
	const char *now[STEP_COLUMNS];
	bool exists;

	if (step->state != STATE_APPLIED || step->error)
		return 0;
	if (step_read(db, step, &run->plan.arena, now, &exists, err) != 0)
		return -1;
	if (exists && step_equal(step->kind, now, step->after))
		step->state = STATE_PROVED;
	else
		refute(run, step, step->kind->column[0], step_values_text(step->kind, step->after, &run->plan.arena),
		    exists ? step_values_text(step->kind, now, &run->plan.arena) : "gone");
	return 0;
}

static int prove_steps(struct run *run, struct unit *unit, struct db *db, struct error *err)
{
	for (struct step *step = unit->step; step < unit->step + unit->nstep; step++)
		if (prove_step(run, step, db, err) != 0)
			return -1;
	return 0;
}

static int prove_ownership(struct run *run, struct unit *unit, struct db *db, struct error *err)
{
	struct move *m;
	int rc = 0;

	for (m = run->scene.move; m < run->scene.move + run->scene.nmove && rc == 0; m++)
		rc = ownership_count(db, m->from.text, m->to.text, &m->after_commit, err);
	for (m = run->scene.move; m < run->scene.move + run->scene.nmove && rc == 0; m++)
		for (int k = 0; k < OWNED_KINDS && rc == 0; k++)
			if (m->rows[k].n > 0)
				rc = prove_kind(run, unit, (enum owned_kind)k, m->to.backend_host, db, err);
	return rc == 0 ? prove_steps(run, unit, db, err) : -1;
}

/* Every volume that cinder knows is attached on the new host, and nothing is left on the old. NULL: so it is. */
static const char *attachments_wrong(struct run *run, const struct unit *unit, const char *host, struct db *cinder,
    struct error *err)
{
	const struct candidate *c = unit->candidate;
	struct attachments now;
	const char *wrong = NULL;
	size_t v, i;

	if (attachments_of_instance(cinder, unit->step[0].id, &now, err) != 0)
		return arena_printf(&run->plan.arena, "its attachments could not be read: %s", err->text);
	for (v = 0; v < c->nvolume; v++) {
		bool there = !c->volume[v].owner.known;

		for (i = 0; i < now.n; i++)
			there |= str_equal(now.v[i].volume_id, c->volume[v].bdm->volume_id) && str_equal(now.v[i].attached_host, host) &&
			    str_equal(now.v[i].attach_status, "attached");
		if (!there)
			wrong = arena_printf(&run->plan.arena, "volume %s is not attached on '%s'", c->volume[v].bdm->volume_id, host);
	}
	for (i = 0; i < now.n; i++)
		if (str_equal(now.v[i].attached_host, c->instance->host))
			wrong = arena_printf(&run->plan.arena, "attachment %s of volume %s is still on '%s'", now.v[i].id, now.v[i].volume_id,
			    c->instance->host);
	attachments_free(&now);
	return wrong;
}

/* NULL: as promised. */
static const char *evacuation_wrong(struct run *run, struct unit *unit, const struct proof *proof, struct error *err)
{
	struct step *step = &unit->step[0];
	struct evacuation_state now;
	const char *wrong = NULL;

	if (evacuation_state_get(proof->cell, &unit->evacuation->rows.migration_uuid, &now, err) != 0)
		return arena_printf(&run->plan.arena, "it could not be read again: %s", err->text);
	if (!now.exists || str_equal(now.host, step->before[0]))
		wrong = arena_printf(&run->plan.arena, "it is still on '%s'", step->before[0]);
	else if (run->request->target_host && !str_equal(now.host, run->request->target_host))
		wrong = arena_printf(&run->plan.arena, "it is on '%s', asked was '%s'", now.host, run->request->target_host);
	else if (!str_equal(now.vm_state, step->after[1]) || now.task_state)
		wrong = arena_printf(&run->plan.arena, "it is %s%s%s, expected was %s", str_or(now.vm_state, "in no state"),
		    now.task_state ? "/" : "", str_or(now.task_state, ""), step->after[1]);
	else if (proof->cinder)
		wrong = attachments_wrong(run, unit, now.host, proof->cinder, err);
	evacuation_state_free(&now);
	return wrong;
}

static void prove_evacuation(struct run *run, struct unit *unit, const struct proof *proof, int64_t deadline)
{
	struct error err = { 0 };
	const char *wrong;

	while ((wrong = evacuation_wrong(run, unit, proof, &err)) && !err.text[0] && clock_monotonic_ms() < deadline)
		clock_sleep_ms(SETTLE_STEP_MS);
	unit->step[0].error = wrong;
	if (!wrong)
		unit->step[0].state = STATE_PROVED;
	else
		log_error("%s (%s): %s", unit->step[0].id, str_or(unit->step[0].name, ""), wrong);
}

static int prove_unit(struct run *run, struct unit *unit, const struct proof *proof, int64_t deadline, struct error *err)
{
	if (unit->nstep == 0 || unit->step[0].state != STATE_APPLIED)
		return 0;
	switch (unit->kind) {
	case UNIT_OWNERSHIP:
		return prove_ownership(run, unit, proof->cinder, err);
	case UNIT_MARK:
	case UNIT_CLOSE:
		return prove_steps(run, unit, proof->cell, err);
	case UNIT_EVACUATION:
		if (unit->evacuation->phase == PHASE_LANDED)
			prove_evacuation(run, unit, proof, deadline);
		return 0;
	}
	return 0;
}

static int journal_proved(struct run *run, struct error *err)
{
	for (size_t i = 0; i < run->plan.nunit; i++) {
		const struct unit *unit = &run->plan.unit[i];
		size_t proved = 0;

		for (size_t k = 0; k < unit->nstep; k++)
			proved += unit->step[k].state == STATE_PROVED;
		if (proved > 0 && journal_outcome(run->journal, i, proved == unit->nstep ? STATE_PROVED : STATE_APPLIED,
		                      proved == unit->nstep ? NULL : "not every row reads back as promised", err) != 0)
			return -1;
	}
	return 0;
}

int prove_all(struct run *run, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + SETTLE_MS;
	struct proof proof = { 0 };
	int rc = 0;

	if (run->world.cinder_db)
		rc = world_connect_cinder(&run->world, &proof.cinder, err);
	if (rc == 0 && run->scene.home)
		rc = world_connect_cell(&run->world, run->scene.home->cell, &proof.cell, err);
	for (size_t i = 0; i < run->plan.nunit && rc == 0; i++)
		rc = prove_unit(run, &run->plan.unit[i], &proof, deadline, err);
	db_close(&proof.cinder);
	db_close(&proof.cell);
	if (rc != 0)
		return error_prefix(err, "what was written could not be read again");
	return journal_proved(run, err);
}
