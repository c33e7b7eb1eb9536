/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"
#include "prove_internal.h"
#include "util/lang.h"
#include "util/str.h"

/* What an evacuation promises: the instance on its new host, at rest, and its volumes and ports with it. */

/* A volume that was taken from the instance since is nobody's to attach. */
static bool still_uses(const struct bdms *now, const char *volume_id)
{
	for (size_t i = 0; i < now->n; i++)
		if (str_equal(now->v[i].volume_id, volume_id))
			return true;
	return false;
}

static bool is_attached(const struct attachments *now, const char *volume_id, const char *host)
{
	for (size_t i = 0; i < now->n; i++)
		if (str_equal(now->v[i].volume_id, volume_id) && str_equal(now->v[i].attached_host, host) &&
		    str_equal(now->v[i].attach_status, "attached"))
			return true;
	return false;
}

static const char *compare_attachments(struct work *work, const struct unit *unit, const char *host,
    const struct attachments *now, const struct bdms *bdms)
{
	const struct candidate *c = unit->candidate;
	const char *wrong = NULL;

	for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
		if (v->owner.known && still_uses(bdms, v->bdm->volume_id) && !is_attached(now, v->bdm->volume_id, host))
			wrong = arena_printf(&work->plan.arena, _("volume %s is not attached on '%s'"), v->bdm->volume_id,
			    host);
	for (size_t i = 0; i < now->n; i++)
		if (str_equal(now->v[i].attached_host, c->instance->host))
			wrong = arena_printf(&work->plan.arena, _("attachment %s of volume %s is still on '%s'"), now->v[i].id,
			    now->v[i].volume_id, c->instance->host);
	return wrong;
}

/* In a recovery there is no candidate: volumes are those that cinder has attached to the instance anywhere. */
static const char *compare_all_attachments(struct work *work, const struct unit *unit, const char *host,
    const struct attachments *now, const struct bdms *bdms)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < now->n; i++)
		if (str_equal(now->v[i].attached_host, unit->step[0].before[0]))
			wrong = arena_printf(&work->plan.arena, _("attachment %s of volume %s is still on '%s'"), now->v[i].id,
			    now->v[i].volume_id, unit->step[0].before[0]);
		else if (still_uses(bdms, now->v[i].volume_id) && !is_attached(now, now->v[i].volume_id, host))
			wrong = arena_printf(&work->plan.arena, _("volume %s is not attached on '%s'"), now->v[i].volume_id,
			    host);
	return wrong;
}

/* Every volume that cinder knows is attached on the new host, and nothing is left on the old. NULL: so it is. */
static const char *attachments_wrong(struct work *work, const struct unit *unit, const char *host, const struct proof *proof,
    struct error *err)
{
	struct attachments now = { 0 };
	struct bdms bdms = { 0 };
	const char *wrong;

	if (attachments_of_instance(proof->cinder, NULL, unit->step[0].id, &now, err) == 0 &&
	    bdms_of_instance(proof->cell, unit->step[0].id, &bdms, err) == 0)
		wrong = (unit->candidate ? compare_attachments : compare_all_attachments)(work, unit, host, &now, &bdms);
	else
		wrong = arena_printf(&work->plan.arena, _("its attachments could not be read: %s"), err->text);
	attachments_free(&now);
	bdms_free(&bdms);
	return wrong;
}

static bool is_deleted(const struct evacuation_state *now)
{
	return !now->instance_exists || str_equal(now->vm_state, "deleted") || str_equal(now->vm_state, "soft-delete");
}

/* nova-api takes a stop, a resize or a migration only of an instance that is at rest: whoever asked for one after our request
 * found it evacuated, and what it is now says nothing about that any more. */
static int note_its_users_deed(struct work *work, struct unit *unit, const struct evacuation_state *now,
    const struct proof *proof, struct error *err)
{
	struct step *step = &unit->step[0];
	const char *action = NULL;

	if (evacuation_later_action(proof->cell, step->id, unit->evacuation->rows.request_id, &work->plan.arena, &action,
		err) != 0)
		return -1;
	if (action)
		step->since = arena_printf(&work->plan.arena, "%s%s%s on '%s' (%s)", str_or(now->vm_state, "?"),
		    now->task_state ? "/" : "", str_or(now->task_state, ""), str_or(now->host, "?"), action);
	return 0;
}

static bool is_as_promised(const struct work *work, const struct step *step, const struct evacuation_state *now)
{
	const char *target = work->request->what.target_host;

	return (!target || str_equal(now->host, target)) && str_equal(now->vm_state, step->after[1]) && !now->task_state;
}

/* All but its ports. What waits for nothing else has been seen as promised: what its user does with it meanwhile says nothing
 * about the evacuation. */
static const char *instance_wrong(struct work *work, struct unit *unit, const struct evacuation_state *now,
    const struct proof *proof, struct error *err)
{
	const char *target = work->request->what.target_host;
	struct step *step = &unit->step[0];
	struct arena *arena = &work->plan.arena;

	if (str_equal(now->host, step->before[0]))
		return arena_printf(arena, _("the instance is on '%s' again"), now->host);
	if (evacuation_is(unit, PHASE_NOT_READY) || evacuation_is(unit, PHASE_CANNOT_WRITE))
		return NULL;
	if (!is_as_promised(work, step, now) && note_its_users_deed(work, unit, now, proof, err) != 0)
		return arena_printf(arena, _("what its user has done with it could not be read: %s"), err->text);
	if (step->since)
		return now->task_state || !proof->cinder ? NULL : attachments_wrong(work, unit, now->host, proof, err);
	if (target && !str_equal(now->host, target))
		return arena_printf(arena, _("the instance is on '%s', but '%s' was requested"),
		    str_or(now->host, _("no host")), target);
	if (!str_equal(now->vm_state, step->after[1]) || now->task_state)
		return arena_printf(arena, _("the instance is %s%s%s, but %s was expected"),
		    str_or(now->vm_state, _("in no state")), now->task_state ? "/" : "", str_or(now->task_state, ""),
		    step->after[1]);
	return proof->cinder ? attachments_wrong(work, unit, now->host, proof, err) : NULL;
}

const char *prove_instance(struct work *work, struct unit *unit, struct db *cell)
{
	const struct proof proof = { .cell = cell, .cinder = work->world.cinder_db, .over = true, .last = true };
	struct step *step = &unit->step[0];
	struct evacuation_state now;
	struct error err = { 0 };
	const char *wrong = NULL;

	if (evacuation_state_get(cell, &unit->evacuation->rows.migration_uuid, step->id, &now, &err) != 0)
		return arena_printf(&work->plan.arena, _("the instance could not be read back: %s"), err.text);
	if (is_deleted(&now))
		step->since = "deleted";
	else if (step->after[1]) /* a journal of old does not say what was promised */
		wrong = instance_wrong(work, unit, &now, &proof, &err);
	evacuation_state_free(&now);
	return wrong;
}

const char *evacuation_wrong(struct work *work, struct unit *unit, const struct proof *proof, struct error *err)
{
	struct step *step = &unit->step[0];
	struct evacuation_state now;
	const char *wrong = NULL;

	if (evacuation_state_get(proof->cell, &unit->evacuation->rows.migration_uuid, step->id, &now, err) != 0)
		return arena_printf(&work->plan.arena, _("the instance could not be read back: %s"), err->text);
	step->since = is_deleted(&now) ? "deleted" : NULL;
	if (!step->since)
		wrong = instance_wrong(work, unit, &now, proof, err);
	if (step->since && (is_deleted(&now) || now.task_state)) {
		unit->evacuation->network = NETWORK_UNSEEN;
		unit->evacuation->disks = DISKS_UNSEEN;
	} else {
		if (!wrong)
			wrong = storage_look(work, unit, &(struct arrived){ now.host, now.vm_state }, proof->over);
		if (!wrong)
			wrong = network_look(work, unit, &(struct arrived){ now.host, now.vm_state }, proof);
	}
	evacuation_state_free(&now);
	return wrong;
}
