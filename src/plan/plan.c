/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "util/str.h"

const char *const state_name[STATE_COUNT] = { "planned", "applied", "proved", "failed", "unknown", "skipped" };
const char *const unit_kind_name[] = { "ownership", "mark", "close", "evacuation", "power", "fence", "reserve", "release" };

int unit_kind_named(const char *name)
{
	for (int k = 0; name && k < (int)(sizeof unit_kind_name / sizeof *unit_kind_name); k++)
		if (strcmp(unit_kind_name[k], name) == 0)
			return k;
	return -1;
}

struct scene *unit_scene(struct scene *scene, const struct unit *unit)
{
	struct scene *host = unit->host ? scene_about(scene, unit->host) : NULL;

	return host ? host : scene;
}

bool unit_is_whole(const struct unit *unit)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (unit->step[i].kind->whole)
			return true;
	return false;
}

struct unit *plan_unit(struct plan *plan, enum unit_kind kind)
{
	plan->unit = vec_grow(plan->unit, plan->nunit, &plan->cap, sizeof *plan->unit);
	plan->unit[plan->nunit] = (struct unit){ .kind = kind };
	return &plan->unit[plan->nunit++];
}

void plan_put_first(struct plan *plan)
{
	struct unit last = plan->unit[plan->nunit - 1];

	memmove(plan->unit + 1, plan->unit, (plan->nunit - 1) * sizeof *plan->unit);
	plan->unit[0] = last;
	for (size_t i = 1; i < plan->nunit; i++)
		plan->unit[i].command = NULL;
}

struct step *unit_step(struct unit *unit, enum step_kind_id kind, const char *id, const char *name)
{
	unit->step = vec_grow(unit->step, unit->nstep, &unit->cap, sizeof *unit->step);
	unit->step[unit->nstep] = (struct step){ .kind = &step_kinds[kind], .id = id, .name = name };
	return &unit->step[unit->nstep++];
}

size_t unit_count(const struct unit *unit, enum step_kind_id kind)
{
	size_t n = 0;

	for (size_t i = 0; i < unit->nstep; i++)
		n += step_is(&unit->step[i], kind);
	return n;
}

size_t unit_count_deed(const struct unit *unit, enum step_deed deed)
{
	size_t n = 0;

	for (size_t i = 0; i < unit->nstep; i++)
		n += unit->step[i].kind->deed == deed;
	return n;
}

void unit_say_moves(const struct unit *unit, const struct scene *scene, const char *verb, struct str *out)
{
	bool any = false;
	size_t n;

	for (enum step_kind_id k = 0; k < STEP_KINDS; k++) {
		if (step_kinds[k].deed != DEED_MOVE || (n = unit_count(unit, k)) == 0)
			continue;
		str_addf(out, "%s %zu %s", any ? "," : verb, n, n == 1 ? step_kinds[k].one : step_kinds[k].plural);
		any = true;
	}
	for (size_t i = 0; i < scene->subject.nmove && any; i++)
		str_addf(out, "%s %s to %s", i ? "," : " from", scene->subject.move[i].from.text,
		    scene->subject.move[i].to.text);
}

void unit_set_state(struct unit *unit, enum state state, const char *error)
{
	for (size_t i = 0; i < unit->nstep; i++) {
		unit->step[i].state = state;
		unit->step[i].error = error;
	}
}

void plan_forget_units(struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		free(plan->unit[i].step);
	plan->nunit = 0;
}

void plan_free(struct plan *plan)
{
	plan_forget_units(plan);
	free(plan->unit);
	arena_free(&plan->arena);
	*plan = (struct plan){ 0 };
}

size_t plan_steps(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].nstep;
	return n;
}

const char *step_before(const struct step *step, const char *column)
{
	size_t i = step_kind_column(step->kind, column);

	return step->kind->column[i] ? step->before[i] : NULL;
}

const char *step_after(const struct step *step, const char *column)
{
	size_t i = step_kind_column(step->kind, column);

	return step->kind->column[i] ? step->after[i] : NULL;
}
