/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "quotas.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

static const char *number_text(struct plan *plan, int64_t n)
{
	return arena_printf(&plan->arena, "%lld", (long long)n);
}

/* Reservations of a second row are counted for the first. */
static void add_reservations(struct plan *plan, struct unit *unit, const struct quota *q)
{
	size_t first = 0;

	for (size_t i = 0; i < q->usages.n; i++) {
		if (!quota_is_duplicate(q, i)) {
			first = i;
			continue;
		}
		for (const struct reservation *r = q->reservations.v; r < q->reservations.v + q->reservations.n; r++) {
			struct step *step;

			if (r->usage_id != q->usages.v[i].id)
				continue;
			step = unit_step(unit, STEP_RESERVATION, number_text(plan, r->id), NULL);
			step->before[0] = number_text(plan, r->usage_id);
			step->after[0] = number_text(plan, q->usages.v[first].id);
		}
	}
}

static void add_removals(struct plan *plan, struct unit *unit, const struct scene *scene)
{
	const struct quota *q = &scene->subject.quota;

	for (size_t i = 0; i < q->usages.n; i++) {
		struct step *step;

		if (!quota_is_duplicate(q, i))
			continue;
		step = unit_step(unit,
		    scene->cinder.schema.usages_have_race_preventer ? STEP_QUOTA_USAGE_REMOVAL :
								      STEP_QUOTA_USAGE_REMOVAL_VICTORIA,
		    number_text(plan, q->usages.v[i].id), q->usages.v[i].resource);
		step->before[0] = "0";
		step->after[0] = "1";
	}
}

static void add_usages(struct plan *plan, struct unit *unit, const struct quota *q)
{
	for (size_t i = 0; i < q->usages.n; i++) {
		const struct quota_usage *u = &q->usages.v[i];
		int64_t in_use = u->in_use, reserved;
		struct step *step;

		if (quota_is_duplicate(q, i))
			continue;
		quota_in_use(q, u, &in_use);
		reserved = quotas_reserved(q, i);
		if (in_use == u->in_use && reserved == u->reserved)
			continue;
		step = unit_step(unit, STEP_QUOTA_USAGE, number_text(plan, u->id),
		    arena_printf(&plan->arena, "%s of project %s", u->resource, str_or(u->project_id, "NULL")));
		step->before[0] = number_text(plan, u->in_use);
		step->after[0] = number_text(plan, in_use);
		step->before[1] = number_text(plan, u->reserved);
		step->after[1] = number_text(plan, reserved);
	}
}

static void plan_quota_sync(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);

	(void)findings;
	add_reservations(plan, unit, &scene->subject.quota);
	add_removals(plan, unit, scene);
	add_usages(plan, unit, &scene->subject.quota);
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, _("set %zu row%s of quota usage to the counted values"),
		    unit->nstep, unit->nstep == 1 ? "" : "s");
}

static const struct operation quota_sync = {
	.name = "quota sync",
	.needs = NEEDS_CINDER,
	.find = quotas_find,
	.plan = plan_quota_sync,
};

static enum error_kind run_quota_sync(const struct request *request, struct error *err)
{
	return run_operation(&quota_sync, request, err);
}

/* clang-format off */
const struct command command_quota_sync = {
	.noun = "quota", .verb = "sync",
	.sentence = "correct what quota check found",
	.details = "In one transaction, verified over a new connection. Can be undone.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = quotas_options,
	.run = run_quota_sync,
};
