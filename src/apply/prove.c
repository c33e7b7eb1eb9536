/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"
#include "prove_internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"

/* nova writes the host before it stops again what was stopped, and cinder ends an attachment a moment later. */
#define SETTLE_MS 60000
#define SETTLE_STEP_MS 500
#define NETWORK_STEP_MS 2000

/* Two guests with one disk are not waited for. */
static bool any_landed(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (evacuation_is(&plan->unit[i], PHASE_LANDED) && plan->unit[i].evacuation->disks != DISKS_SHARED)
			return true;
	return false;
}

/* An agent may take minutes: each of its ports is asked about no oftener than this. */
static bool wants_look(const struct unit *unit, int64_t now_ms)
{
	return evacuation_is(unit, PHASE_LANDED) ||
	    ((evacuation_is(unit, PHASE_NOT_READY) || evacuation_is(unit, PHASE_CANNOT_WRITE)) &&
		now_ms - unit->evacuation->network_ms >= NETWORK_STEP_MS);
}

static bool any_wants_look(const struct plan *plan, int64_t now_ms)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (wants_look(&plan->unit[i], now_ms))
			return true;
	return false;
}

static int journal_arrived(struct work *work, size_t index, struct error *err)
{
	const struct unit *unit = &work->plan.unit[index];
	const struct arrival arrival = { .state = unit->step[0].state,
		.host = unit->step[0].after[0],
		.network = network_name[unit->evacuation->network],
		.disks = disks_name[unit->evacuation->disks],
		.error = unit->step[0].error };

	return journal_arrival(work->journal, index, &arrival, err);
}

/* What nova has done is written down once, with what it waits for; and again when that is another thing. */
static int keep_unproved(struct work *work, size_t index, enum evacuation_phase phase, const char *why, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	bool known = evacuation_is(unit, phase) && str_equal(unit->step[0].error, why);

	evacuation_enter(unit, phase, why);
	if (!known && phase == PHASE_CANNOT_WRITE)
		log_error("%s (%s): %s", unit->step[0].id, str_or(unit->step[0].name, ""), why);
	return known ? 0 : journal_arrived(work, index, err);
}

/* -1: its proof could not be written down. */
static int prove_evacuation(struct work *work, size_t index, const struct proof *proof, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct error trouble = { 0 };
	const char *wrong = evacuation_wrong(work, unit, proof, &trouble);

	unit->evacuation->network_ms = clock_monotonic_ms();
	if (!wrong && unit->evacuation->disks == DISKS_CANNOT_WRITE)
		return keep_unproved(work, index, PHASE_CANNOT_WRITE, unit->evacuation->disks_why, err);
	if (!wrong && unit->evacuation->network == NETWORK_NOT_READY)
		return keep_unproved(work, index, PHASE_NOT_READY, unit->evacuation->network_why, err);
	evacuation_enter(unit, wrong ? PHASE_LANDED : PHASE_PROVED, wrong);
	return wrong ? 0 : journal_arrived(work, index, err);
}

/* A witness: in the end its absence is said, and stops nothing. One that answered before may do so again. */
static int open_neutron(struct work *work, struct proof *proof, struct error *err)
{
	proof->neutron_absent = work->world.neutron_absent;
	if (!work->world.neutron_db)
		return 0;
	if (world_connect_neutron(&work->world, &proof->neutron, err) == 0 &&
	    neutron_columns_probe(proof->neutron, &proof->neutron_columns, err) == 0)
		return 0;
	db_close(&proof->neutron);
	if (!proof->last)
		return -1;
	proof->neutron_absent = arena_dup(&work->plan.arena, err->text);
	error_clear(err);
	return 0;
}

static int open_proof(struct work *work, struct proof *proof, struct error *err)
{
	if (work->world.cinder_db && world_connect_cinder(&work->world, &proof->cinder, err) != 0)
		return -1;
	if (!work->scene.nova.home)
		return 0;
	return world_connect_cell(&work->world, work->scene.nova.home->cell, &proof->cell, err) != 0 ?
	    -1 :
	    open_neutron(work, proof, err);
}

static void close_proof(struct proof *proof)
{
	db_close(&proof->cinder);
	db_close(&proof->cell);
	db_close(&proof->neutron);
}

/* Each once; what is not as promised may still become so. */
static int try_landed(struct work *work, const struct proof *proof, struct error *err)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < work->plan.nunit; i++)
		if (wants_look(&work->plan.unit[i], now_ms) && prove_evacuation(work, i, proof, err) != 0)
			return -1;
	return 0;
}

int prove_landed(struct work *work, struct error *err)
{
	struct proof proof = { .last = false };
	int rc = 0;

	if (any_wants_look(&work->plan, clock_monotonic_ms()))
		rc = open_proof(work, &proof, err) == 0 ? try_landed(work, &proof, err) : -1;
	close_proof(&proof);
	return rc;
}

/* The networks have had their time: --timeout. */
static int prove_with_patience(struct work *work, const struct proof *proof, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + SETTLE_MS;
	int rc;

	while ((rc = try_landed(work, proof, err)) == 0 && any_landed(&work->plan) && clock_monotonic_ms() < deadline)
		clock_sleep_ms(SETTLE_STEP_MS);
	if (rc == 0 && any_landed(&work->plan)) {
		struct proof end = *proof;

		end.over = true;
		rc = try_landed(work, &end, err);
	}
	for (size_t i = 0; i < work->plan.nunit; i++)
		if (evacuation_is(&work->plan.unit[i], PHASE_LANDED) ||
		    (evacuation_is(&work->plan.unit[i], PHASE_NOT_READY) && !work->plan.unit[i].evacuation->told))
			log_error("%s (%s): %s", work->plan.unit[i].step[0].id, str_or(work->plan.unit[i].step[0].name, ""),
			    str_or(work->plan.unit[i].step[0].error, _("not checked")));
	return rc;
}

/* Rows whose proof could not be read when it was due. */
static bool waits_for_proof(const struct unit *unit)
{
	for (size_t k = 0; unit->kind != UNIT_EVACUATION && k < unit->nstep; k++)
		if (unit->step[k].state == STATE_APPLIED && !unit->step[k].error)
			return true;
	return false;
}

static bool has_evacuated(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (plan->unit[i].evacuation)
			return true;
	return false;
}

int prove_all(struct work *work, struct error *err)
{
	struct proof proof = { .last = true };
	struct error trouble = { 0 };
	int rc = 0;

	for (size_t i = 0; i < work->plan.nunit; i++)
		if (waits_for_proof(&work->plan.unit[i]) && prove_unit(work, i, &trouble) != 0 && rc == 0) {
			*err = trouble;
			rc = -1;
		}
	if (has_evacuated(&work->plan)) {
		if (open_proof(work, &proof, &trouble) != 0 || prove_with_patience(work, &proof, &trouble) != 0) {
			*err = trouble;
			rc = error_prefix(err, "the evacuated instances could not be read back");
		}
		prove_rows_since(work, &proof);
	}
	close_proof(&proof);
	return rc;
}
