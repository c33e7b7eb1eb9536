/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"
#include "evacuate/evacuate.h"
#include "journal/rests.h"
#include "run/plan_file.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/shell.h"

/* The command that comes next, when a run has ended. */

/* The command ${noun_verb}, which takes one host, for each of them. */
static const char *command_of_each(struct run *run, const char *noun_verb)
{
	struct arena *arena = &run->work.plan.arena;
	const char *all = NULL;

	EACH_HOST_OF(h, &run->work.scene)
	all = arena_printf(arena, "%s%sevac-manage %s %s", str_or(all, ""), all ? "; " : "", noun_verb,
	    shell_word(arena, h->subject.host));
	return all;
}

static const char *resumption_of(struct run *run, const char *host, const char *name)
{
	struct arena *arena = &run->work.plan.arena;
	auto_str struct str token = { 0 };

	token_add_options(run->work.request, &token);
	return arena_printf(arena, "%s%s", resume_command(arena, host, name, scene_fences(run->work.request, "storage")),
	    str_or(token.s, ""));
}

/* Where no more than a part of the host was asked for, there may be more on it. */
static const char *next_of_all_well(struct run *run, const char *host)
{
	const char *resumed = run->own.what.resume;

	if (!run->work.scene.subject.evacuates) /* nova has to be asked, where it knows the host */
		return NULL;
	if (!request_takes_part(run->work.request))
		return command_of_each(run, "host return");
	return resumed ? resumption_of(run, host, resumed) : command_of_each(run, "host show");
}

static const char *next_of_rescue(struct run *run, enum error_kind result, const char *host)
{
	struct totals t;

	report_totals(&run->report, &t);
	if (result == ERROR_OK)
		return next_of_all_well(run, host);
	if (result == ERROR_PARTIAL && t.state[STATE_FAILED] + t.state[STATE_SKIPPED] == 0)
		return command_of_each(run, "host show");
	return result == ERROR_PARTIAL || result == ERROR_INTERRUPTED || result == ERROR_TIMEOUT ?
	    resumption_of(run, host, run->work.run) :
	    NULL;
}

/* What can be done with an instance that was closed, and is still on the failed host. */
static const char *next_of_instance(struct run *run)
{
	const struct plan *plan = &run->work.plan;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		for (const struct step *s = u->step; s < u->step + u->nstep; s++)
			if (step_is(s, STEP_TASK_STATE))
				return arena_printf(&run->work.plan.arena, "evac-manage instance show %s", s->id);
	return NULL;
}

/* The rescue of its host goes on, where there was one, and where no other evacuation keeps the instance from it. */
static const char *next_of_closing(struct run *run)
{
	struct arena *arena = &run->work.plan.arena;
	const char *host = shell_word(arena, run->work.scene.subject.host);
	struct rests rests = { 0 };
	const struct rest *rest;
	const char *next;

	if (run->work.scene.subject.closing->others > 0)
		return arena_printf(arena, "evac-manage migration list --host %s", host);
	rests_read(&rests, run->work.request, run->work.run);
	rest = rests_find(&rests, host);
	next = rest ? rest_command(rest, arena) : next_of_instance(run);
	rests_free(&rests);
	return next;
}

/* What a run needs to know of its own words to be typed again it does not always have: its reader has. */
static const char *same_again(struct run *run)
{
	struct arena *arena = &run->work.plan.arena;
	const struct plan *plan = &run->work.plan;

	if (run->work.scene.subject.closes && run->work.request->how.accept.n > 0) /* what was accepted is said there, again */
		return arena_printf(arena, "evac-manage migration list --host %s",
		    shell_word(arena, run->work.scene.subject.host));
	if (run->work.scene.subject.closes)
		return arena_printf(arena, "evac-manage migration close %s", shell_word(arena, run->work.request->what.id));
	if (plan->nunit == 1 && plan->unit[0].command)
		return plan->unit[0].command;
	return run->work.request->how.planned ? _("make a new plan, with the command of the old one: a plan is applied once") :
						_("run the same command again");
}

static const char *next_of_others(struct run *run, enum error_kind result, const char *host)
{
	if (result == ERROR_OK && run->work.scene.subject.closes)
		return next_of_closing(run);
	if (result == ERROR_TIMEOUT && host)
		return arena_printf(&run->work.plan.arena, "evac-manage instance list --host %s", host);
	return result == ERROR_PARTIAL || result == ERROR_INTERRUPTED ? same_again(run) : NULL;
}

/* Nova still had it in hand when the time ended. */
static bool any_under_way(const struct plan *plan)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (evacuation_is(u, PHASE_SENT) || evacuation_is(u, PHASE_TIMEOUT))
			return true;
	return false;
}

/* A recovery looks at ports and disks again, and a rescue that is resumed begins with one. */
static const char *next_of_unproved(struct run *run, const char *host)
{
	struct arena *arena = &run->work.plan.arena;
	struct totals t;

	report_totals(&run->report, &t);
	if (run->work.lost_rows && !run->work.strange_rows) /* planned anew from the rows as they are now */
		return run->operation->rescues && host ? resumption_of(run, host, run->work.run) : same_again(run);
	if (run->report.not_ready_before > 0 && t.network_not_ready + t.cannot_write == 0)
		return arena_printf(arena, "evac-manage journal recover %s", run->own.what.resume);
	if (run->operation->rescues && host && any_under_way(&run->work.plan)) /* it is waited for, before anybody looks */
		return resumption_of(run, host, run->work.run);
	if (t.state[STATE_APPLIED] != t.network_not_ready + t.cannot_write)
		return arena_printf(arena, "evac-manage journal show %s", run->work.run);
	if (run->operation->rescues && host && t.state[STATE_FAILED] + t.state[STATE_SKIPPED] > 0)
		return resumption_of(run, host, run->work.run);
	return arena_printf(arena, "evac-manage journal recover %s", run->work.run);
}

static const struct unit *any_guest_alive(const struct plan *plan)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->evacuation && u->evacuation->cause.guest_alive)
			return u;
	return NULL;
}

static bool leaves_reserve(const struct plan *plan)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_RELEASE && u->step[0].state == STATE_SKIPPED && reserve_open_in(plan))
			return true;
	return false;
}

/* After an ending that is none of these the error says what to do. */
const char *run_next(struct run *run, enum error_kind result)
{
	struct arena *arena = &run->work.plan.arena;
	const struct unit *alive = any_guest_alive(&run->work.plan);
	const char *host = scene_hosts_words(&run->work.scene, arena);

	if (result == ERROR_UNKNOWN || leaves_reserve(&run->work.plan))
		return arena_printf(arena, "evac-manage journal recover %s", run->work.run);
	if (result == ERROR_UNPROVED)
		return next_of_unproved(run, host);
	if (host && alive) /* it is not off: nothing of it is evacuated again by these words */
		return arena_printf(arena, "evac-manage host return %s", alive->host ? shell_word(arena, alive->host) : host);
	return run->operation->rescues && host ? next_of_rescue(run, result, host) : next_of_others(run, result, host);
}

const char *run_next_of_plan(struct run *run, const char *path)
{
	struct arena *arena = &run->work.plan.arena;
	auto_str struct str token = { 0 };

	token_add_options(run->work.request, &token);
	return arena_printf(arena, "%s%s", plan_file_command(arena, path), str_or(token.s, ""));
}

/* The file, what is in it, until when, and what comes next. */
