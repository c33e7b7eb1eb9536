/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>

#include "find/words.h"
#include "journal/past.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* What can be said against taking a run back. What the run wrote is in the journal, so these look at scene->past. */

/* Of several hosts the one whose nova-compute it is. */
static const struct scene *host_of_step(const struct scene *scene, const struct step *step)
{
	EACH_HOST_OF(h, scene)
	if (h->nova.compute && h->nova.compute->id == strtoll(step->id, NULL, 10))
		return h;
	return scene;
}

/* Evacuations away from the host that a nova-compute which returns has not cleaned up. */
static size_t count_tombstones(const struct scene *scene)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->nova.standing.n; i++)
		n += migration_is_tombstone(&scene->nova.standing.v[i]);
	return n;
}

bool undo_keeps_forced_down(const struct scene *scene, const struct step *step)
{
	return step_is(step, STEP_COMPUTE_SERVICE) && step->state != STATE_SKIPPED &&
	    str_equal(step_after(step, "forced_down"), "1") && !str_equal(step_before(step, "forced_down"), "1") &&
	    count_tombstones(host_of_step(scene, step)) > 0;
}

/* One that stayed on has nothing to be taken back. */
static void report_switched_off(const struct guard *self, const struct scene *scene, const struct past_unit *unit,
    const char *host, struct findings *out)
{
	const char *state = past_unit_state(unit);
	auto_str struct str hint = { 0 }, word = { 0 };

	if (str_equal(state, "failed") || str_equal(state, "skipped"))
		return;
	shell_add_word(&word, host);
	str_addf(&hint, _("ask whether it may be switched on: evac-manage host return %s"), word.s);
	guard_found(self, scene, out, host, hint.s,
	    str_equal(state, "proved") ? N_("the run has switched '%s' off; an undo does not switch it on") :
					 N_("the run may have switched '%s' off; an undo does not switch it on"),
	    host);
}

/* An old guest that is frozen would write again, to the disk of the new one. */
static void report_kept_out(const struct guard *self, const struct scene *scene, const struct unit *unit, struct findings *out)
{
	const char *host = str_or(unit->host, str_or(scene->subject.past->host, "?"));
	auto_str struct str hint = { 0 }, word = { 0 };
	const size_t n = unit->nstep;

	shell_add_word(&word, host);
	str_addf(&hint, _("ask whether it may be taken away: evac-manage host return %s"), word.s);
	guard_found(self, scene, out, host, hint.s,
	    "the run has put %zu client%s of '%s' on Ceph's blocklist; an undo takes no entry away", n, n == 1 ? "" : "s",
	    host);
}

void guard_not_undoable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct past *past = scene->subject.past;

	for (size_t i = 0; i < past->nunit; i++) {
		const struct unit *unit = &past->plan.unit[i];

		if (unit->kind == UNIT_POWER && past->unit[i].begun && unit->nstep > 0)
			report_switched_off(self, scene, &past->unit[i], unit->step[0].id, out);
		if (unit->kind == UNIT_FENCE && past->unit[i].begun)
			report_kept_out(self, scene, unit, out);
		if (unit->kind != UNIT_EVACUATION || !past->unit[i].publish_begun ||
		    str_equal(past_unit_state(&past->unit[i]), "skipped"))
			continue;
		guard_found(self, scene, out, unit->step[0].id, NULL,
		    "the evacuation of %s was sent to nova and cannot be undone: its disk may be in use on another host",
		    unit->step[0].id);
	}
}

/* nova-api itself refuses it while one is 'done' (bug 1922053): the host would be up, an instance could come back to it, and
 * the next start of its nova-compute would destroy that. */
void guard_forced_down_stays(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 }, host = { 0 };
	struct past_steps at = { 0 };
	const struct step *s;

	while ((s = past_next_step(scene->subject.past, &at))) {
		const struct scene *of = host_of_step(scene, s);
		const size_t n = count_tombstones(of);

		if (!undo_keeps_forced_down(scene, s))
			continue;
		str_clear(&hint);
		str_clear(&host);
		shell_add_word(&host, of->subject.host);
		str_addf(&hint,
		    _("ask whether it may return: evac-manage host return %s; then openstack compute service set --up %s nova-compute"),
		    host.s, host.s);
		guard_found(self, scene, out, of->subject.host, hint.s,
		    "%zu evacuation%s away from '%s' %s not cleaned up: the host is enabled again, but stays forced down", n,
		    n == 1 ? "" : "s", of->subject.host, n == 1 ? "is" : "are");
	}
}

/* Some units are taken back whole or not at all. */
static bool is_taken_back(const struct scene *scene, const struct unit *unit, const struct step *step)
{
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if ((s == step || unit_is_whole(unit)) &&
		    (s->state == STATE_SKIPPED || !request_wants(scene->request, s->id, s->name)))
			return false;
	return true;
}

void guard_undo_reopens_evacuation(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (size_t i = 0; i < scene->subject.past->nunit; i++) {
		const struct unit *unit = &scene->subject.past->plan.unit[i];

		if (unit->kind != UNIT_CLOSE || !past_wrote(scene->subject.past, i))
			continue;
		for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
			if (step_is(s, STEP_MIGRATION) && is_taken_back(scene, unit, s))
				guard_found(self, scene, out, s->id, NULL,
				    "evacuation %s would be '%s' again: when '%s' returns, its nova-compute destroys its copy of the instance",
				    s->id, str_or(s->before[0], "NULL"), scene->subject.host);
	}
}

bool undo_enables_compute(const struct scene *scene, const struct scene *host)
{
	struct past_steps at = { 0 };
	const struct step *s;

	while ((s = past_next_step(scene->subject.past, &at)))
		if (step_is(s, STEP_COMPUTE_SERVICE) && s->state != STATE_SKIPPED && host_of_step(scene, s) == host &&
		    request_wants(scene->request, s->id, s->name) &&
		    (str_equal(step_before(s, "disabled"), "0") || str_equal(step_before(s, "forced_down"), "0")))
			return true;
	return false;
}

/* A guest's volumes whose owner would be the host that it was evacuated away from. */
void guard_in_use_elsewhere(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	for (const struct elsewhere *e = scene->subject.elsewhere; e < scene->subject.elsewhere + scene->subject.nelsewhere;
	     e++) {
		str_clear(&hint);
		str_addf(&hint, _("leave it with its new owner: --exclude %s"), e->volume);
		guard_found(self, scene, out, e->volume, hint.s,
		    "volume %s is used by %s, which is on '%s' since its evacuation", e->volume, str_or(e->name, e->instance),
		    e->host);
	}
}
