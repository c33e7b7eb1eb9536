/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "run/list.h"
#include "run/run.h"
#include "util/log.h"
#include "util/str.h"

/* What quotas say against what is there: check shows it, sync writes it, in one transaction. */

static int find(struct scene *scene, struct error *err)
{
	const char *project = scene->request->what.project_id;
	struct db *db = scene->world->cinder_db;

	scene->subject.quota.snapshots_need_no_gigabytes = scene->world->cinder.no_snapshot_gb_quota;
	if (cinder_schema_probe(db, &scene->cinder.schema, err) != 0 ||
	    quota_find(db, &scene->cinder.schema, project, &scene->subject.quota, err) != 0)
		return -1;
	if (!project || scene->subject.quota.usages.n > 0)
		return 0;
	error_set(err, ERROR_NOT_FOUND, "project '%s' has no quota usage", project);
	return error_hint(err, "without --project-id all projects are looked at");
}

/* The sum of the reservations that a row, and every second row of its pair, has. */
static int64_t reserved_with_seconds(const struct quota *quota, size_t i)
{
	int64_t total = quota_reserved(quota, quota->usages.v[i].id);

	for (i++; i < quota->usages.n && quota_is_duplicate(quota, i); i++)
		total += quota_reserved(quota, quota->usages.v[i].id);
	return total;
}

/* ---- check */

static const struct table_column columns[] = {
	{ "project_id", NULL, false, false },
	{ "resource", NULL, false, false },
	{ "what", NULL, false, false },
	{ "saved", NULL, false, true },
	{ "actual", NULL, false, true },
};

static void add(struct table *t, const struct quota_usage *u, const char *what, int64_t saved, int64_t actual)
{
	table_add(t);
	table_text(t, "project_id", u->project_id);
	table_text(t, "resource", u->resource);
	table_text(t, "what", what);
	table_int(t, "saved", saved);
	table_int(t, "actual", actual);
}

static int fill(struct scene *scene, struct table *t, struct error *err)
{
	const struct quota *q = &scene->subject.quota;
	int64_t now;

	if (find(scene, err) != 0)
		return -1;
	for (size_t i = 0; i < q->usages.n; i++) {
		const struct quota_usage *u = &q->usages.v[i];

		if (quota_is_duplicate(q, i)) {
			add(t, u, "second row", u->in_use, 0);
			continue;
		}
		if (!quota_in_use(q, u, &now))
			log_notice("project %s: '%s' is no resource that cinder counts", str_or(u->project_id, "NULL"), u->resource);
		else if (now != u->in_use)
			add(t, u, "in use", u->in_use, now);
		if ((now = reserved_with_seconds(q, i)) != u->reserved)
			add(t, u, "reserved", u->reserved, now);
	}
	return 0;
}

/* The rows say what; the exit code that there are some. */
static int judge(const struct table *shown, const struct request *request, struct error *err)
{
	(void)request;
	if (shown->nrow == 0)
		return 0;
	err->kind = ERROR_FINDINGS;
	return -1;
}

static const struct listing quota_check = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill, .judge = judge };

enum error_kind op_quota_check(const struct request *request, struct error *err)
{
	return op_list(&quota_check, request, err);
}

/* ---- sync */

static const char *number(struct plan *plan, int64_t n)
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
			step = unit_step(unit, &step_reservation, number(plan, r->id), NULL);
			step->before[0] = number(plan, r->usage_id);
			step->after[0] = number(plan, q->usages.v[first].id);
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
		    scene->cinder.schema.usages_have_race_preventer ? &step_quota_usage_removal : &step_quota_usage_removal_victoria,
		    number(plan, q->usages.v[i].id), q->usages.v[i].resource);
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
		reserved = reserved_with_seconds(q, i);
		if (in_use == u->in_use && reserved == u->reserved)
			continue;
		step = unit_step(unit, &step_quota_usage, number(plan, u->id),
		    arena_printf(&plan->arena, "%s of project %s", u->resource, str_or(u->project_id, "NULL")));
		step->before[0] = number(plan, u->in_use);
		step->after[0] = number(plan, in_use);
		step->before[1] = number(plan, u->reserved);
		step->after[1] = number(plan, reserved);
	}
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);

	(void)findings;
	add_reservations(plan, unit, &scene->subject.quota);
	add_removals(plan, unit, scene);
	add_usages(plan, unit, &scene->subject.quota);
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, "write %zu row%s of quota usage as counted", unit->nstep,
		    unit->nstep == 1 ? "" : "s");
}

static const struct operation quota_sync = {
	.name = "quota sync",
	.needs = NEEDS_CINDER,
	.find = find,
	.plan = plan,
};

enum error_kind op_quota_sync(const struct request *request, struct error *err)
{
	return op_run(&quota_sync, request, err);
}
